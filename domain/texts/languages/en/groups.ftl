# Pages of groups: the list of groups, one group, and its settings.

# Words that several pages have, also those of members and of admins. $name is a person.
by = by { $name }
members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
topics = { $count ->
    [one] { $count } topic
   *[other] { $count } topics
}
messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
# $time is a time such as “12 min ago” or “Mar 3”; $day is such as “Mar 3”.
deleted-at = deleted { $time }
restorable-until = can be restored until { $day }
settings = Settings
search = Search
save = Save
cancel = Cancel
delete = Delete
sign-in = Sign in
pages = Pages
back = ← Back
more = More →

# The visibility of a group: as a word of its own, and as a tag beside its name.
public = Public
closed = Closed
private = Private
conversation = Conversation
archived = Archived
public-tag = public
closed-tag = closed
private-tag = private
direct-tag = direct
archived-tag = archived

# The list of groups.
discover = Discover groups
search-groups = Search groups
category = Category
all-categories = All categories
order = Order
most-members = Most members
latest-activity = Latest activity
order-name = Name
none-in-category = No groups in this category yet.
none-to-discover = No groups to discover yet.
none-match = No groups match “{ $words }”.
# Also the button of the form.
create-group = Create group
moderation-log = Moderation log
# A tag beside groups in which the reader is a member.
member-tag = member
last-active = last active { $time }

# One group.
requests = { $count ->
    [one] { $count } request
   *[other] { $count } requests
}
reports = { $count ->
    [one] { $count } report
   *[other] { $count } reports
}
to-approve = { $count ->
    [one] { $count } message to approve
   *[other] { $count } messages to approve
}
add-people = Add people
# A verb.
invite = Invite
feed = Feed
# A verb.
export = Export
mark-read = Mark all as read
mute = Mute
unmute = Unmute
leave = Leave
about = About
read-only = New topics are paused while the site is in read-only mode.
start-topic = Start a topic
topic-title = Title
message = Message
post-topic = Post topic
formatting = `code`, > quote, @name
join-later = You can join once your account is approved.
join-to-follow = Join to post and follow along.
join = Join
still-banned = You're banned from this group. You can still read it.
guest-may-join = You're reading as a guest. Join to post.
guest = You're reading as a guest. Sign in to join and post.
pinned-topics = Pinned topics
topics-title = Topics
no-more-topics = No more topics.
no-topics-start = No topics yet. Ask a question to start the first one.
no-topics = No topics yet.
newest = ↑ Newest
older-topics = Older topics →

# The tabs of a group's members and moderators. They are titles of pages, too.
members-tab = Members
requests-tab = Requests
invitations-tab = Invitations
bans-tab = Banned
reports-tab = Reports
queue-tab = Approval queue
deleted-tab = Deleted topics
log-tab = Log

# Creating a group, and its settings.
new-group = New group
edit-group = Edit group
edit-named = Edit { $name }
name = Name
url = URL
url-hint = Use lowercase letters, numbers, and hyphens. Leave empty to use the name. Private group URLs also get a few random characters.
description = Description
description-hint = One or two sentences, shown next to every topic.
category-field = Category in Discover
visibility = Visibility
public-choice = <b>Public</b> Anyone can read it, members can post.
closed-choice = <b>Closed</b> Anyone can find it, only members can read it. Others can ask to join.
private-choice = <b>Private</b> Only members can read it. Hidden from everyone else.
# A box that must be ticked. The first is for private groups.
open-private = <b>Let more people read this group</b> Required to make it closed or public. New readers can see everything posted so far.
open-closed = <b>Let more people read this group</b> Required to make it public. New readers can see everything posted so far.
slow-mode = Slow mode
slow-hint = How often a member can post in a topic or start a new one. Moderators are exempt.
slow-off = Off
# $time is a time such as “5 minutes”.
slow-every = One message every { $time }
hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
new-members = New members
new-members-hint = Only moderators and the author can see a message until it is approved.
first-held = { $count ->
    [0] No approval needed
    [one] First message needs approval
   *[other] First { $count } messages need approval
}
history = History
image = Image
image-hint = PNG, JPEG, GIF, or WebP, at most 8 MB. It's cropped to a circle. Everyone who can find the group can see it.
rules = Rules
rules-hint = Words and patterns that are blocked, held for approval, or reported.
group-rules = Group rules
bots-and-webhooks = Bots and webhooks
statistics-hint = Messages, people, topics, and replies by day.
view-statistics = View statistics
archive = Archive group
archive-hint = Everyone who can read the group now still can. No one can post, join, or change anything.
unarchive = Unarchive group
unarchive-hint = Members will be able to post again.
delete-hint = Deletes the group with all its topics and messages.

# Deleting a group.
delete-group = Delete group
delete-named = Delete { $name }
delete-this = Delete this group?
delete-warning = All topics and messages in { $name } will be deleted for its { $members ->
    [one] { $members } member
   *[other] { $members } members
} and everyone else. A site admin can restore the group for 30 days; after that, it's permanently deleted. To keep them readable, archive the group instead.
confirm-name = Type the group name to confirm

# Exporting a group: everything, what members can read, or what anyone can read.
export-group = Export group
export-named = Export { $name }
export-complete = You'll get a zip file with everything in { $name }: topics, messages with their edit history, members, and stars. It includes deleted messages that can still be restored, so don't publish it. The export appears in the group's moderation log.
export-readable = You'll get a zip file with what members can read in { $name }: topics, messages, and stars. People posted these for members only, so don't publish it.
export-public = You'll get a zip file with what anyone can read in { $name }: topics, messages, and stars.
export-hint = You can import the file into another Klatch site or process its JSON lines with other software. It doesn't contain email addresses or passwords. A large group can take a minute.
download-export = Download export

# The history of the settings.
settings-history = History of the settings
only-moderators = Only moderators see this page.
earliest-version = Earliest version
version = Version { $number }
# A tag.
current = current
restore-version = Restore version { $number }

# Deleted topics. $name is the title of a topic.
deleted-topics-of = Deleted topics of { $group }
no-deleted-topics = No deleted topics
deleted-topics-hint = Topics that were deleted can be restored here for 30 days. After that, they're permanently deleted.
restore-topic = Restore topic
restore-topic-named = Restore topic { $name }

# Settings of a group: topics by email
email = Email
email-hint = Members can start topics by sending an email.
by-email = Topics by email
# Link on the page of a group
by-email-link = By email
