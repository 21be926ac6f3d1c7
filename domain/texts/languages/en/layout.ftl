# The frame around every page: top bar, sidebar, footer.
skip = Skip to content

# The top bar of phones. The first two lead to the page with the sidebar.
groups = Groups
menu = Menu
# Texts for one person: decisions about their messages, warnings, and the like. The page /notices.
notices = Notices
mentions = Mentions
sign-in = Sign in

# Names of parts of the page, for screen readers: the sidebar, the sidebar as a page, and the bar of a group or topic.
site = Site
main-menu = Main menu
this-page = This page

# Above the page. “Notice” is what an admin tells everyone; its text follows.
notice = Notice
hide-notice = Hide notice
waiting = Your account is waiting for approval. Until then, you can read public groups. <a href="/">Learn more</a>
read-only = Read-only mode: posting and editing are paused.
new-version = New version
# $pages are the names of pages, such as “rules and the privacy policy”; in German they have articles.
accept-again = There is a new version of the { $pages }. Please read and accept it.
# Button.
accept = Accept
# A link to a page of the site in such a sentence. $page is a part of its address.
page-link = <a href="/-/pages/{ $page }" target="_blank">{ $name }</a>
# Button, after “Marked as read.” and the like.
undo = Undo

# The line about the connection.
offline = You're offline. New messages will appear when you reconnect.
reconnecting = Reconnecting…
signed-out = You've been signed out. Reload the page to sign in again.

# The sidebar.
search = Search
go-to = Go to…
go-to-keys = Ctrl K
unread = Unread
my-groups = My groups
# After the name of a group that not everyone can read, and of one whose messages don't count as unread.
private = private
closed = closed
muted = muted
conversations = Conversations
all-groups = All { $count } groups
invitations = Invitations
bookmarks = Bookmarks
drafts = Drafts
# Writes a direct message.
new-message = New message
discover-groups = Discover groups
new-group = New group
# The pages of site admins.
admin = Admin
settings = Settings
# Button.
sign-out = Sign out
home = Home
create-account = Create account

# The bar of a group or topic on phones. “Back to” leads to a group, or to the unread topics.
back-to = Back to { $place }
back-to-unread = Back to unread
search-here = Search here
top = Top
bottom = Bottom

# Beside a group: who is there.
online-now = Online now
and-more = and { $count } more

# Links between the pages of a list.
pages = Pages
newer = ← Newer
older = Older →

# The form for a picture.
image-file = Image file
upload-image = Upload image
remove-image = Remove image

# Below the field for an email address.
email-hint = Used to reset your password. We'll email you a link to confirm it. Only you and the site admins can see it.
email-hint-without-mail = Only you and the site admins can see it. This site can't send email.
report-hint = We'll email you a receipt and the decision. Only site admins can see your address, and it's deleted after the decision.
report-hint-without-mail = This site can't send email. Only site admins can see your address, and it's deleted after the decision.

# A browser and a system, such as “Firefox on Linux”.
browser-on = { $browser } on { $system }

# Titles of entries in feeds: of somebody's message in a topic, and of a reply.
by-in = { $name } in { $title }
reply-in = Re: { $title } · { $group }
# Who wrote a message that another site shows, and in which topic.
quoted-from = { $name } in <a href="{ $url }">{ $title }</a>
