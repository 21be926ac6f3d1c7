# Emails. First what several of them say.
hello = Hello { $name },
# To somebody without an account.
hello-nobody = Hello,
link-until = This link works once and expires on { $until }.
ignore = If this wasn't you, you can ignore this email.
not-you = If this wasn't you, change your password now and end any sessions you don't recognize.
not-asked = If you didn't ask for this, contact the operators of { $site }.
# Buttons.
reset-password = Reset password
view-sessions = View sessions
view-notices = View notices
view-message = View message
go-to-group = Go to the group

# To confirm an address that belongs to another account.
taken-subject = You already have an account at { $site }
taken = Someone, perhaps you, entered { $address } as the email address of the account { $name } at { $site }.
taken-by = It already belongs to the account { $holder }, so nothing has changed.

confirm-subject = Confirm your email address for { $site }
confirm = Please confirm that { $address } is the email address of the account { $name } at { $site }.
confirm-button = Confirm email address

reset-subject = Reset your password for { $site }
reset = Someone, perhaps you or an admin, asked to reset the password of the account { $name } at { $site }.
reset-button = Set a new password
reset-ignore = If this wasn't you, you can ignore this email. Your password won't change.

address-asked-subject = A new email address was requested at { $site }
address-asked = Someone, perhaps you, asked to change the email address of the account { $name } at { $site }. It stays { $address } until the new address is confirmed.
address-asked-sessions = All other sessions were signed out.
address-asked-not-you = If this wasn't you, someone knows your password. Reset it now to cancel the change.

address-changed-subject = Your email address at { $site } was changed
address-changed = The account { $name } at { $site } no longer uses { $address }. This is the last email sent to this address.
address-changed-not-you = If this wasn't you, someone knows your password. Contact the operators of { $site }.

password-changed-subject = Your password at { $site } was changed
password-changed = The password of the account { $name } at { $site } was changed. All other sessions were signed out.
password-changed-not-you = If this wasn't you, reset your password now.

two-factor-on-subject = Two-factor authentication is on at { $site }
two-factor-on = Two-factor authentication was turned on for the account { $name }. Keep your recovery codes somewhere you can get to without your phone.
two-factor-off-subject = Two-factor authentication is off at { $site }
two-factor-off = Two-factor authentication was turned off for the account { $name }. Signing in now requires only its password.

token-made-subject = A new API token was created at { $site }
token-made = An API token was created for the account { $name }. A program can use it instead of the password.
token-made-button = View API tokens
token-made-not-you = If this wasn't you, change your password now. That revokes all tokens.

recovery-used-subject = A recovery code was used at { $site }
recovery-used = Someone signed in as { $name } with a recovery code. That code no longer works.

deleted-subject = Your account at { $site } was deleted
deleted = The account { $name } at { $site } was deleted, as you requested. This is the last email about it.
deleted-thanks = Thank you for being a part of it.
deleted-by-admin = An admin of { $site } deleted the account that had this address. This is the last email about it.

approved-subject = Your account at { $site } was approved
approved = Welcome! An admin of { $site } approved your account { $name }.
approved-button = Visit the site

declined-subject = Your account at { $site } was declined
declined = An admin of { $site } reviewed your account { $name } and declined it.
declined-deleted = The account and its data will be deleted within a week.

# The reason is a paragraph of its own.
suspended-subject = Your account at { $site } is suspended
suspended = The account { $name } at { $site } is suspended until { $until }. An admin gave this reason:
banned-subject = Your account at { $site } is banned
banned = The account { $name } at { $site } is banned. An admin gave this reason:
restricted-signed-out = You've been signed out everywhere. Your messages stay where they are.
reinstated-subject = You can use your account at { $site } again
reinstated = The account { $name } at { $site } is no longer suspended or banned.
reinstated-button = Sign in

new-browser-subject = New sign-in to your account at { $site }
new-browser = Someone signed in to the account { $name } from a browser that hasn't been used with it before, or not since its password was set.
new-browser-facts = Time: { $at }. Network address: { $network }. Browser: { $browser }.
unknown-browser = unknown
new-browser-you = If this was you, there's nothing to do.
new-browser-not-you = If not, someone knows your password. Change it now and end any sessions you don't recognize.

many-attempts-subject = Many attempts to sign in to your account at { $site }
many-attempts = Today there were unusually many attempts to sign in to the account { $name } at { $site } from browsers that haven't been used with it before.
many-attempts-limit = Until tomorrow, each network gets only a few more attempts. Browsers you've used before aren't affected.
many-attempts-advice = If your password is long and you don't use it anywhere else, there's nothing to do. If a new browser of yours is blocked, reset your password in that browser to sign in.

invited-subject = { $person } invited you to { $group } at { $site }
invited = { $person } invited you to join the group { $group } at { $site }.
invited-button = Accept or decline
invited-stop = To stop getting invitations from { $person }, ignore them on their profile.

join-requested-subject = Someone asks to join { $group } at { $site }
join-requested = Someone asked to join the group { $group }. You're one of its moderators, who approve or decline requests.
join-requested-stop = You get at most one of these emails a day. To stop them, mute the group.

admitted-subject = You're now a member of { $group } at { $site }
admitted = A moderator of the group { $group } approved your request to join.

group-inherited-subject = You're now the admin of { $group } at { $site }
group-inherited = The last admin of the group { $group } left, so you're now its admin. You can change its settings and assign roles.
group-inherited-advice = If you don't want to be its admin, hand the group over to another member.

group-succeeded-subject = The group { $group } at { $site } has a new admin
group-succeeded = The last admin of the group { $group } left, so its longest-standing moderator or member became its admin. You're getting this email because you're an admin of { $site }.
group-succeeded-button = View moderation log

data-link-subject = Your data from { $site }
data-link = An admin of { $site } sent you this link to download the data of the account { $name }: everything you've written and everything stored about you. You don't need to sign in.
data-link-button = Download data
data-link-secret = Don't share this link. If you didn't ask for it, you can ignore this email.

exported-subject = Your data at { $site } was exported
exported = The operators of { $site } exported the data of the account { $name }: everything you've written and everything stored about you.

address-confirmed-subject = Your email address at { $site } is confirmed
address-confirmed = An admin of { $site } confirmed that { $address } belongs to the account { $name }. Emails about the account are now sent to this address.
address-confirmed-not-you = If this isn't your account, contact the operators of { $site }.

sessions-ended-subject = You were signed out at { $site }
sessions-ended = An admin of { $site } ended sessions of the account { $name }.
sessions-ended-advice = Sign in again wherever you were signed out.

admin-made-subject = You're now an admin of { $site }
admin-made = The account { $name } is now an admin of { $site }.
admin-made-button = Go to the admin pages
admin-made-advice = Turn on two-factor authentication in your settings to protect the account.
admin-unmade-subject = You're no longer an admin of { $site }
admin-unmade = The account { $name } is no longer an admin of { $site }. Nothing else changed.

# Decisions of moderators, and reports.
notice-subject = A notice from { $site }
decision-subject = A moderation decision at { $site }
decision-contact = Your notices also say whom to contact if you disagree.
reason = Reason: { $reason }
report-received-subject = We received your report at { $site }
report-received = On { $at }, someone, probably you, reported a message at { $site } and gave this address. Reason: { $grounds }.
report-received-next = A person will review it, and we'll email you the decision.
report-answered-subject = Your report at { $site } was reviewed
report-answered-again = If you disagree, report the message again and explain why. You can go to court or to an out-of-court dispute settlement body in any case.

# An email about messages.
messages-subject = New messages at { $site }
many-subject = { $count } new messages at { $site }
intro = { $count ->
    [one] There is a new message for you at { $site }.
   *[other] There are { $count } new messages for you at { $site }.
}
# Why a message is in the email; after its author and time.
why-reply = replies to you
why-mention = mentions you
why-direct = direct message
why-followed = in a topic you follow
spoiler = (This message contains a spoiler. Follow the link to read it.)
read-it = Read it on the site
no-room = This email has no room for { $count } more.
read-them = Read them on the site
because = You get this email because of your settings at { $site }, { $url }
because-html = You get this email because of your settings at <a href="{ $url }">{ $site }</a>.
change = Change what you're emailed about
stop = { $concern ->
    [mentions] Stop emails about mentions and replies
    [directs] Stop emails about direct messages
    [followed] Stop emails about topics you follow
   *[other] Stop emails about activity in your groups
}

# A test of the mail server.
test-subject = Test email from { $site }
test = If you can read this, { $url } can send email.

# An email that somebody sent to the forum could not be posted and comes back with its text.
returned-subject = Your email to { $site } wasn't posted
returned = { $name }'s email to { $site } wasn't posted.
returned-about = { $name }'s email to { $site } (“{ $subject }”) wasn't posted.
returned-text = This is what you wrote:
