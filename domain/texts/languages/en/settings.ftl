# The tabs. “Settings” is their heading, and stands in titles of pages after “Privacy · ”.
settings = Settings
profile = Profile
email = Email
notifications = Notifications
password = Password
two-factor = Two-factor authentication
privacy = Privacy
push = Push notifications
sessions = Sessions
tokens = API tokens
bots = Bots
attachments = Attachments
account = Account

# What several of these pages have. “Save” and “Cancel” are buttons.
save = Save
cancel = Cancel
username = Username
your-password = Your password
# A tag of the session or device from which the page is viewed.
this-browser = this browser
# $time is a relative time, $day a date; they stand among other facts.
last-used = last used { $time }
never-used = never used
created = created { $day }

# The profile.
display-name = Display name
display-name-hint = Shown next to your messages together with your username. People mention you by your username.
bio = Bio
location = Location
website = Website
theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
following = Following
follow-written = Follow topics I post in. They're listed first when they have new messages, even in muted groups.
avatar = Avatar
avatar-hint = PNG, JPEG, GIF, or WebP, at most 8 MB. It's cropped to a circle. Everyone can see it.

# Email.
email-not-sent = This site can't send email. Ask an admin to confirm your address.
confirmed = confirmed
no-address = No address yet. Without one, you can't reset a forgotten password.
not-confirmed = not confirmed yet
# A new address that is not confirmed: whether a link was sent to it, and whether there is an older one, which is shown above.
new-address-sent-above = We've sent a link to this address. Until you open it, we'll keep using the address above.
new-address-sent = We've sent a link to this address. Until you open it, we won't send anything else there.
new-address-above = Until it's confirmed, we'll keep using the address above.
new-address = Until it's confirmed, we won't send anything else there.
resend-email = Resend email
email-address = Email address
email-address-hint = Only you and the site admins can see it. Leave this empty to remove your address.
others-signed-out = Other sessions will be signed out.
others-signed-out-notified = Other sessions will be signed out, and we'll notify { $address }.
change-email-address = Change email address

# The password.
current-password = Current password
new-password = New password
new-password-hint = A few random words are easy to remember and hard to guess. Other sessions will be signed out, and your API tokens will be revoked.
change-password = Change password

# Two-factor authentication.
two-factor-about = With two-factor authentication, signing in also requires a 6-digit code from an authenticator app on your phone, which shows a new one every 30 seconds.
set-up-two-factor = Set up two-factor authentication
scan = Scan this QR code with your authenticator app, or enter the key.
qr-code = QR code for your authenticator app
code-from-app = Code from the app
turn-on-two-factor = Turn on two-factor authentication
on-since = <b>On</b> since { $day }
codes-left = { $count ->
    [one] { $count } recovery code left.
   *[other] { $count } recovery codes left.
}
create-codes = Create new recovery codes
turn-off-two-factor = Turn off two-factor authentication
recovery-codes = Recovery codes
recovery-codes-about = Each code works once instead of a code from your app, for example if you lose your phone. Print them or write them down: you won't be able to see them again.
saved-codes = I've saved my codes

# Privacy.
who-messages = Who can message you
from-anyone = Anyone who is signed in
from-shared = People who share a group with you
from-nobody = No one
ignored = Ignored people
none-ignored = You aren't ignoring anyone. You can ignore people on their profiles. Their messages are then collapsed for you and don't count as unread.
stop-ignoring = Stop ignoring
# The same for screen readers, who hear no list.
stop-ignoring-person = Stop ignoring { $name }

# Push notifications.
push-about = Get notifications on your phone or computer, even while this site is closed. You get none while you're looking at a page of this site.
notify-about = Notify me about
push-directs = Direct messages
push-mentions = Mentions
push-replies = Replies to my messages
push-followed = All messages in topics I follow
devices = Devices
no-devices = No device gets notifications yet.
turned-on = turned on { $day }
last-notification = last notification { $time }
remove = Remove
remove-device = Remove { $device }
push-needs-script = To turn on notifications on this device, allow JavaScript.
push-unable = This browser can't get push notifications here. On an iPhone or iPad, add this site to the home screen first, and open it from there.
push-denied = Notifications are blocked. Allow them for this site in the settings of your browser, then try again.
push-failed = Notifications can't be turned on right now. Try again later.
push-again-here = Turn on again for this device
push-here = Turn on for this device
push-signed-out = A device is removed when you sign out on it. When you sign in again, it's turned on again.

# Sessions.
sessions-about = Where you're signed in. End any session you don't recognize, then change your password.
signed-in = signed in { $day }
sign-out = Sign out
sign-out-here = Sign out here
end-session = End session
end-session-on = End session on { $device }

# API tokens of a person or a bot.
new-token = New API token
copy-token = Copy this token now. You won't be able to see it again.
feed = The feed of all your groups, for a feed reader:
feed-of-one = For one group or topic, add <code>{ $end }</code> to its URL. Anyone who knows such a URL can read these feeds until you revoke the token.
done = Done
tokens-about = Programs sign in with your username and an API token instead of your password. You can revoke each token separately. Changing your password revokes all of them.
# Tags and facts of a token. “expired” is an adjective.
expired = expired
expires-on = expires { $day }
expired-on = expired { $day }
no-end = does not expire
revoke = Revoke
revoke-token = Revoke { $name }
# The heading of a form.
create-token-heading = New token
token-name = Name
token-name-hint = The program that will use this token.
# Where a token works. $groups are names of groups.
everywhere = everywhere
in-no-group = in none of your groups
in-groups = in { $groups }
access = Access
access-all = Everywhere
access-all-hint = all your groups and conversations
access-some = Only these groups
create-token = Create token

# What a token may do: in a list of words, then as the choices of a form with their explanations.
scope = { $scope ->
    [read] read
    [write] write
    [moderate] moderate
    [admin] admin
   *[feeds] feeds
}
permissions = Permissions
scope-read = Read
scope-read-hint = everything you can read
scope-read-bot-hint = everything the bot can read
scope-write = Write
scope-write-hint = post, star, join groups, and mark as read
scope-moderate = Moderate
scope-moderate-hint = manage other people's messages where you're a moderator
scope-moderate-bot-hint = manage other people's messages where the bot is a moderator
scope-admin = Administer
scope-admin-hint = manage the site if you're a site admin
scope-feeds = Read feeds
scope-feeds-hint = in a feed reader, with a URL that contains the token

# When a token expires.
expires = Expires
in-days = in { $days } days
in-a-year = in 1 year
never = never

# Bots.
bots-about = A bot is an account for a program. You're responsible for your bots: your name appears on their profiles, and they're suspended when you are. No one can sign in as a bot; its programs use API tokens.
manage = Manage
manage-bot = Manage { $name }
new-bot = New bot
bot-name-hint = Shown next to its messages, with a “bot” badge.
create-bot = Create bot
# The page of a bot.
bot-profile = Profile
bot-tokens-about = Programs sign in with the bot's username and an API token instead of a password.
bot-tokens-in-group = This bot's tokens work only in its group.
delete-bot = Delete bot
delete-bot-about = Its tokens and incoming webhooks stop working immediately. Its messages stay, without its name.

# The account.
username-hint = Links to your old username will lead to the new one, and no one else can take it.
change-username = Change username
your-data = Your data
your-data-about = Everything stored about you, as one zip file: your profile and settings, sessions, groups, ignored people, requests, invitations, notices, and what you've read, followed, muted, posted, starred, and reported. Each item is a line of JSON in <code>data.jsonl</code>; your files are beside it. Groups and topics that you can no longer see are listed without their names.
download-data = Download data
delete-account = Delete account
delete-account-about = Permanently deletes your account. You'll first see what is deleted and what is kept.

# Deleting it.
delete-question = Delete your account?
is-deleted = { $groups ->
    [0] <b>Deleted:</b> your name, profile, and email address, all sessions, your stars, and mentions of you.
    [one] <b>Deleted:</b> your name, profile, and email address, all sessions, your membership in { $groups } group, your stars, and mentions of you.
   *[other] <b>Deleted:</b> your name, profile, and email address, all sessions, your membership in { $groups } groups, your stars, and mentions of you.
} If you're the only admin of a group, another member becomes its admin. No one can restore the account, and its username stays reserved for 90 days.
is-kept = <b>Kept:</b> the topics you started, with their titles. You choose what happens to your messages.
your-messages = Your messages
keep-messages = Keep them, without my name
keep-messages-hint = Topics still make sense. The messages are shown as posted by a deleted account.
delete-messages = Delete them
delete-messages-hint = A placeholder remains for each message.
download-first = You may want to <a href="{ $url }" download>download your data</a> first.
