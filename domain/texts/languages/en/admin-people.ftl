# The pages where site admins find and manage accounts.

# The list of accounts.
count-accounts = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
search-label = Username or email
all-accounts = All accounts
no-accounts = No accounts found.
none-match = No accounts match “{ $words }”.
username = Username
last-seen = Last seen
joined-head = Joined
profile = Profile
profile-of = Profile of { $name }
# Tags.
admin-tag = admin
deleted-tag = deleted
unclaimed-tag = not claimed yet
bot-tag = bot
suspended-tag = suspended
banned-tag = banned
declined-tag = declined
waiting-tag = waiting for approval
# In cells of the table: no email address, and no known time.
none = none
unknown = unknown

# An account.
site-admin = site admin
waits = This account is waiting for approval or was declined. <a href="/admin/sign-ups">View sign-ups</a>.
# Suspended until a time, such as “Mar 3, 2026, 10:05 UTC”.
suspended-until = Suspended until { $time }
banned = Banned
lift-ban = Lift ban
lift-suspension = Lift suspension
admins-exempt = Site admins can't be suspended or banned. Remove them as an admin first.
suspend-or-ban = Suspend or ban
reason = Reason
reason-hint = They'll see it when they try to sign in. The public moderation log will show it with both your names.
suspend-days = Suspend for (days)
suspend = Suspend
ban-permanently = Ban permanently
suspend-hint = They'll be signed out everywhere right away. Their posts stay.

# Warnings, posts and the moderation log of an account.
warn = Warn
warning-hint = They'll see it at the top of the next page they open, until they confirm they've read it.
send-warning = Send warning
posts = Posts
delete-posts = Delete posts
moderation-history = Moderation history
all-in-log = See all in the log

# Groups they created.
their-groups = Groups they created
created-at = created { $day }
only-newest = Only the newest { $count } are shown.

# The rights of a site admin.
site-admin-title = Site admin
site-admin-hint = Site admins can use these pages and moderate every group they can read.
remove-admin = Remove as site admin
make-admin = Make site admin

# An account that came with an import: whoever opens the link owns it.
claim-link = Claim link
claim-copy = Send this link to the owner of the account. Copy it now. It won't be shown again.
claim-link-is = Link: <code>{ $url }</code>
claim-copied = I have copied it
claim-hint = This account came with an import, and nobody has claimed it. Whoever opens the link sets a password and owns the account. The link works once, for three days.
claim-until = A claim link works until { $time }.
claim-revoke = Revoke claim link
claim-replace = Replace claim link
claim-create = Create claim link

# Help with an account.
support = Account support
email-unconfirmed = { $email } is not confirmed yet.
resend-confirmation = Resend confirmation email
confirm-address = Confirm this address
send-reset = Send password reset link
send-data = Send data download link
remove-name = Remove display name
remove-avatar = Remove avatar
two-factor-off = Turn off two-factor authentication
delete-account = Delete account
no-links = Links can't be sent until they confirm an email address.
support-hint = They'll get an email about each of these actions except the removal of a display name or an avatar. All are recorded in the moderation log.

# Sessions.
sessions = Sessions
no-sessions = No active sessions.
unknown-browser = Unknown browser
this-browser = this browser
last-used = last used { $time }
signed-in-at = signed in { $day }
end-session = End session
end-session-named = End session from { $address }, { $time }
end-all-sessions = End all sessions

# Deleting an account.
delete-named = Delete { $name }
delete-question = Delete the account { $name }?
deleted-is = <b>Deleted:</b> name, profile and email address, all sessions and memberships, their stars, and mentions of them. If they are a group's only admin, another member takes over. This can't be undone.
deletion-recorded = The deletion is recorded in the moderation log. They'll get an email if they have a confirmed address.
their-posts = Their posts
keep-posts = <b>Keep, without their name</b> Posts are shown as written by a deleted account.
blank-posts = <b>Delete</b> A placeholder remains where each message was.
