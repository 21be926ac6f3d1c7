# Sign-in. “Sign in” is the title and the button.
sign-in = Sign in
username-or-email = Username or email
password = Password
create-an-account = Create an account
forgot-password = Forgot password?

# The second step of signing in.
two-factor = Two-factor authentication
code = Code
code-hint = The 6-digit code from your authenticator app, or a recovery code.
start-over = Start over

# Sign-up. “Create account” is the title and the button.
create-account = Create account
username = Username
username-hint = Shown next to your messages. Use letters and numbers, with _ - or . between them.
email = Email
password-hint = Use at least 8 characters. A few random words are easy to remember and hard to guess.
why-join = Why would you like to join?
why-join-hint = An admin reviews each new account and reads this.
# The name of a group of fields, for screen readers.
consent = Consent
# $pages are links: “rules, the terms and the privacy policy”.
accept = I have read and accept the { $pages }.
sign-in-instead = Sign in instead
needs-invitation = You need an invitation from an admin to create an account here. You can read the public groups without one.
invitation-ended = This invitation has expired or was already used. Ask the person who sent it for a new one.
sign-up-closed = This site isn't accepting new accounts right now. You can still read its public groups.
discover-groups = Discover groups

# The first account of a new site.
first-admin = Create the admin account
first-admin-about = This is a new site, and this account will manage it.

# An account that waits for approval, or was declined. First the title of the browser's window, then the heading.
waiting-title = Waiting for approval
waiting = Your account is waiting for approval
declined-title = Account declined
declined = Your account was declined
declined-about = An admin of { $site } reviewed your account and declined it. The account and its data will be deleted within a week.
waiting-about = An admin of { $site } reviews each new account. You created yours { $time }. Until it's approved, you can read the public <a href="{ $url }">groups</a> but can't post.
waiting-check = Check back later. You can post as soon as your account is approved.
waiting-email = We'll email you when it's decided.
waiting-confirm = Confirm { $address } with the link we emailed you, and we'll let you know when it's decided. Otherwise, check back later.
check-again = Check again

# A forgotten password.
reset = Reset your password
reset-about = Enter your account's email address, and we'll send you a link to set a new password.
reset-without-email = This site can't send email. Enter your account's email address, and ask an admin for the link to set a new password.
reset-email-hint = Use an address that you've confirmed.
send-reset-link = Send reset link
create-reset-link = Create reset link
back-to-sign-in = Back to sign in

# The target of that link. First the title of the browser's window, then the heading.
new-password-title = Set a new password
new-password-for = Set a new password for { $name }
new-password = New password
new-password-hint = A few random words are easy to remember and hard to guess. All your sessions will be signed out.
set-password = Set password

# The target of a link that confirms an email address. The title is the button too.
confirm-email = Confirm your email address
confirm-question = Use <b>{ $address }</b> as the email address of the account <b>{ $username }</b>?
confirm-button = Confirm email address
cancel = Cancel

# The target of a link from an admin.
download-title = Download your data
download = Download the data of { $username }
download-about = A file with everything you've written and everything stored about you. This link works only once.
download-button = Download data

# A link that no longer works.
link-ended = This link no longer works
link-ended-why = It has expired, was already used, or was replaced by a newer link.
link-damaged-why = It's incomplete, or belongs to a deleted account.
request-link = Request a new link
go-to-email-settings = Go to email settings
go-to-notification-settings = Go to notification settings
ended-download = You can <a href="{ $url }">download your data</a> yourself or ask a site admin for a new link.
ended-first-admin = To get a new link, restart Klatch on the server. It prints one until the site has an admin.
ended-invitation = Ask the person who sent it for a new one.

# An admin confirms the password before a change.
prove = Confirm it's you
prove-about = Admins need to enter their password again if they haven't in the last 15 minutes. Your change is then saved.
prove-hint = Or enter the 6-digit code from your authenticator app.
continue = Continue

# On a page for admins: who can sign up.
sign-ups-open = Anyone can create an account. No approval or link is needed.
sign-ups-invited = Only people with one of the links below can create an account.
sign-ups-approved = New accounts wait here for approval, except those created with a link.
sign-ups-closed = No one can create an account, not even with a link.
