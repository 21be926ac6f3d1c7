# Signing up and in.
username-taken = That username is taken.
username-similar = That username, or a similar one, is taken.
username-or-email-taken = That username (or a similar one) or email address is taken.
sign-in-wrong = Incorrect username or password.
suspended = Your account is suspended until { $until } (UTC): { $reason }
banned = Your account is banned from this site: { $reason }
waiting = Your account is waiting for approval.
accept = Please read and accept the { $names }.
accept-again = There is a new version. Please read the { $names } again.
sign-ups-closed = This site isn't accepting new accounts right now.
invitation-needed = You need an invitation to create an account here.
invitation-ended = This invitation has expired or was already used. Ask for a new one.

# The own account.
password-wrong = Incorrect password.
email-invalid = Enter a valid email address.
email-missing = Enter your account's email address.
email-taken = Another account already uses this address.
name-reserved = This name is reserved. Choose another one.
name-looks-alike = This looks like someone else's username. Choose another name.
no-user-named = No user named “{ $name }”.
ignore-yourself = You can't ignore yourself.
ignore-limit = You've reached the limit of ignored people.
push-keys = This browser's keys can't be read. Reload the page, and turn on notifications again.
push-limit = You have too many devices. Remove those you no longer use.

# Two-factor authentication: codes of an app, and recovery codes.
two-factor-on = Two-factor authentication is already on. To set it up again, turn it off first.
code-clock = This code is wrong. Make sure that your phone's clock is correct.
code-used = This code is wrong or was already used.
code-changes = This code is wrong or was already used. Codes change every 30 seconds.

# API tokens.
token-name-missing = Give the token a name.
token-scopes = Choose at least one permission.
token-days = Choose when the token expires.
token-groups = Choose at least one of your groups.
token-limit = You have too many API tokens. Revoke those you no longer use.
token-invalid = This API token isn't valid.
token-needed = This account uses two-factor authentication. Send an API token instead of the password.

# Bots.
bot-limit = You've reached the limit of bots. Delete one first.
bot-limit-of-group = This group has reached the limit of bots. Delete one first.
bot-of-bot = A bot can't have bots.
bot-in-conversation = A conversation can't have its own bots.
bot-sign-in = No one can sign in as a bot. Its owner creates API tokens for it.
bot-owner-restricted = This bot's owner is suspended or banned.

# What site admins do with accounts.
only-admin-you = You're the only site admin. Make someone else an admin first.
only-admin = This is the only site admin. Make someone else an admin first.
last-admin = The site needs at least one admin. Make someone else an admin first.
still-admin = This person is a site admin. Remove them as a site admin first.
nobody-signs-in = No one can sign in to that account right now.
no-address = This account has no confirmed email address, so nothing can be sent to it.
nothing-to-confirm = This address is no longer waiting for confirmation.
has-password = This account already has a password. Send a password reset link instead.
