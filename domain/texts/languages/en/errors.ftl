# Error pages: headings.
bad-request = Invalid address
cannot = You can't do that
forbidden = You don't have permission to do that
not-found = Page not found
not-here = That isn't possible here
too-slow = That took too long
conflict = This changed in the meantime
gone = This was deleted
too-large = That's too large
encoded = Compressed requests aren't accepted
invalid = Please check your input
too-many = Please slow down
internal = Something went wrong on our end
read-only = The site is in read-only mode
expired = This form has expired
not-secure = This page was opened over http
unavailable = Temporarily unavailable

# Error pages: what happened, and what to do.
bad-request-about = Part of this address is damaged. It may have been cut off when it was copied.
forbidden-member-about = Your account isn't allowed to do this. Ask a moderator of the group.
forbidden-about = Some things are for members only. Sign in and try again.
not-found-about = It may have moved, be private, or never have existed. Search, or start from the home page.
not-here-about = Go back to the previous page and use its buttons.
too-slow-about = The form didn't arrive in time. Go back and send it again.
conflict-about = Go back, reload the page, and try again.
gone-about = The author or a moderator deleted it. It can't be restored.
too-large-about = What you sent is over the size limit. Go back, make it shorter, and send it again.
encoded-about = Send the request again without a Content-Encoding header.
invalid-about = The form is incomplete. Go back, check it, and send it again.
too-many-about = You're doing that too often. Try again in { $wait }.
internal-about = The error has been logged. Try again in a minute.
read-only-about = Posting and editing are paused. Nothing was changed.
expired-about = It was open for too long, or you signed in or out in the meantime. Nothing was changed.
not-secure-about = The site is at { $address }. Your browser keeps its cookies for https only, so forms don't work here. Open the site there and try again.
unavailable-about = This part of the site is temporarily unavailable. Reload the page in a moment.
needs-two-factor-about = Site admins need two-factor authentication. Turn it on in your settings.

# Error pages: what happens to the text that somebody sent.
advice-reload = Reload the previous page and try again.
advice-later = Try again later.
advice-copy = Here is what you wrote, so you can copy it.
advice-copy-secret = Here is what you wrote. Copy it and fill in the form again. It needs a password or code that isn't shown here.
advice-sign-in = Nothing is lost. Here is what you wrote. Sign in in another tab first, then send it again.
advice-keep = Nothing is lost. Here is what you wrote. Keep this page open and send it later.
advice = Nothing is lost. Here is what you wrote.

# Error pages: the rest. The labels stand above what somebody wrote.
request-id = Request ID: <code>{ $id }</code>
send-again = Send again
try-again = Try again
sign-in = Sign in
go-home = Go home
field-to = To
field-title = Title
field-message = Message
field-question = Question
field-options = Options
field-name = Name
field-line = Tagline
field-description = Description
field-notice = Notice
field-welcome = Welcome text
field-bio = Bio
field-location = Location
field-web = Website
field-details = Details
field-reason = Reason
field-warning = Warning
field-body = Words or pattern
field-explanation = Explanation
field-username = Username
field-email = Email

# Without a page around them: for scripts, and when nothing else can be shown.
short-internal = Something went wrong on our end. Try again in a minute.
short-not-found = Not found.
short-too-slow = The request didn't arrive in time.
short-too-large = That's too large.
short-unavailable = This part of the site is temporarily unavailable. Try again in a moment.
short-cannot = You can't do that.
short-pending = Waiting for approval.
short-unproved = Reload the page, confirm your password, and try again.
short-needs-two-factor = Turn on two-factor authentication first.
short-waiting = Your account is waiting for approval by a site admin.
short-not-secure = The site is at { $address }. Open it there.
short-signed-out = You're signed out, or the page has expired. Reload it.
busy-pages = Too many pages are being requested at once. Try again in ten seconds.
old-page = The database isn't responding right now. This page may be out of date.

# Above a form that was not accepted.
too-often = You're doing that too often. Your text isn't lost. Send it again in { $wait }.
busy = Many people are signing in right now. Try again in a few seconds.
slow-mode = This group is in slow mode. You can post this in { $wait }.
slow-mode-form = This group is in slow mode. You can post this in { $wait }. Your text isn't lost.

# The API.
must-sign-in = Sign in with your username and your password or an API token.
api-method = This method isn't allowed here.
api-not-json = Send the body as JSON, with `Content-Type: application/json`.
api-changed = It has changed since you read it. Read it again and send its new ETag.
api-running = A request with this Idempotency-Key is still running. Send it again in a moment.
api-pending = Waiting for approval by a moderator.
