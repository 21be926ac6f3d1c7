# The state of a topic, beside its title.
pinned = pinned
resolved = resolved
locked = locked
archived = archived

# The page of a topic, from top to bottom.
started-by = started by { $person }, { $time }
messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
# Buttons and links below the title.
mark-read = Mark as read
unfollow = Unfollow
follow = Follow
mute = Mute
unmute = Unmute
muted-with-group = muted with its group
people = People
add-people = Add people
# Leaves a conversation.
leave = Leave
edit = Edit
delete = Delete

# Beside the messages. A conversation has people, a group has members.
people-here = { $count ->
    [one] { $count } person
   *[other] { $count } people
} in this conversation
members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
also-between = Other topics between you
also = More in this group

# Links to other pages of the topic.
first = First
earlier = { $count ->
    [one] { $count } earlier message
   *[other] { $count } earlier messages
}
newer = { $count ->
    [one] { $count } newer message
   *[other] { $count } newer messages
}
latest = Latest
jump-to-date = Jump to date
go = Go
# The timeline beside a long topic: where the reader is (message 12 of 480, and its day), and links. In the narrow column,
# only the number of a message and the day of the first and newest one are seen.
timeline = Timeline
timeline-place = { $seq } of { $total } · { $day }
timeline-first = <span class="sr">First message, </span>{ $day }
timeline-message = <span class="sr">Message </span>{ $seq }
timeline-last = <span class="sr">Latest message, </span>{ $day }
timeline-unread = First unread

# Between the messages.
new-since = { $count } new since your last visit
empty = No messages yet.
post-first = No messages yet. Post the first one.
mark-read-here = Mark as read up to here

# Why there is no field to write in, below the messages.
read-only = Posting is paused while the site is in read-only mode.
continues = People were added to this conversation. It continues in a newer topic.
topic-archived = This topic is archived and can't be changed.
when-approved = You can reply once your account is approved.
join-group = Join { $group }
guest-signs-in = You're reading as a guest. Sign in to reply.
sign-in = Sign in
cannot-post = You can read this topic but can't post.

# Lines between the messages: what somebody did to the topic. The time follows.
was-locked = { $person } locked this topic
was-unlocked = { $person } unlocked this topic
was-pinned = { $person } pinned this topic
was-unpinned = { $person } unpinned this topic
was-resolved = { $person } marked this topic as resolved
was-reopened = { $person } marked this topic as not resolved
was-archived = { $person } archived this topic
was-unarchived = { $person } unarchived this topic
was-restored = { $person } restored this topic
# $title is the old title.
was-renamed = { $person } renamed this topic from “{ $title }”
was-moved = { $person } moved this topic here
# Messages of this topic became a topic of their own. The other one is not named to people who may not read it.
split-off = { $person } moved { $count ->
    [one] { $count } message
   *[other] { $count } messages
} to <a href="{ $address }">{ $title }</a>
split-off-unnamed = { $person } moved { $count ->
    [one] { $count } message
   *[other] { $count } messages
} to another topic
split-from = { $person } created this topic with messages from <a href="{ $address }">{ $title }</a>
split-from-unnamed = { $person } created this topic with messages from another topic
was-merged = { $person } merged another topic into this one: “{ $title }”

# A topic in a list.
ignored = Ignored topic by { $name }
# In place of the newest message's first words.
by-ignored = by someone you ignore
last-deleted = deleted message
no-messages = No messages yet
# For screen readers.
newest-message = <span class="sr">Newest message, </span>{ $time }

# The page that edits a topic.
edit-named = Edit “{ $title }”
edit-heading = Edit topic
title = Title
title-hint = The URL stays the same, so existing links keep working.
save = Save
cancel = Cancel
status = Status
mark-resolved = Resolved
mark-resolved-hint = The question has been answered. Everyone can still post.
resolve = Mark as resolved
reopen = Mark as not resolved
mark-pinned = Pinned
mark-pinned-hint = Shown above other topics in the group.
pin = Pin topic
unpin = Unpin topic
mark-locked = Locked
mark-locked-hint = Only moderators can post.
lock = Lock topic
unlock = Unlock topic
mark-archived = Archived
mark-archived-hint = No one can post, edit, or star messages.
archive = Archive topic
unarchive = Unarchive topic

# Moving a topic to another group.
move-topic = Move topic
group = Group
select-group = Select a group
move-hint = Its members will be able to read the whole topic. Old links will redirect. You can't move a private topic to a public group.
split-or-merge = Split or merge
merge-this = Merge into another topic
# “Split” is a link below messages.
how-to-split = To split this topic, choose Split on the first message of the new topic.

# The history of a topic's title.
titles = History of the title
original = Original
renamed = Renamed
current = current
restore-title = Restore this title

# Deleting a topic.
delete-named = Delete “{ $title }”
delete-heading = Delete this topic?
delete-what = “{ $title }” and its { $count ->
    [one] { $count } message
   *[other] { $count } messages
} will be deleted. A moderator can restore them for 30 days; after that, they're permanently deleted.
delete-topic = Delete topic

# Merging a topic into another one.
merge-named = Merge “{ $title }”
merge-heading = Merge this topic into another
merge-into = URL of the other topic
merge-into-hint = Copy it from your browser's address bar. The topic can be in another group that you moderate.
merge-moves = { $count ->
    [one] { $count } message
   *[other] { $count } messages
} from “{ $title }” will be added to the other topic in chronological order. Old links will redirect.
merge-undo = Unread messages stay unread for everyone. You can't undo a merge, but you can split the topic again.
merge = Merge topics

# Splitting a topic: some of its messages become a topic of their own.
split-named = Split “{ $title }”
split-heading = Split this topic
split-first = This is the topic's first message. Select individual messages here, or <a href="/-/topics/{ $id }/edit">move the whole topic</a>.
new-title = Title of the new topic
split-group-hint = Its members will be able to read these messages. You can't move private messages to a public group.
to-move = Messages to move
move-later = This message and all later ones: { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
move-selected = Only the messages selected below
split-about = Links, stars, and mentions stay with the messages, and read messages stay read. Both topics will show that you split them, but only people who can read the new topic will see its title.
split = Split topic
# The name of a checkbox, for screen readers.
message-by = Message { $number } by { $name }
only-these = You can select from { $count } messages here. To select later ones, start the split at one of them.

# The list of the topics that the reader follows.
following = Topics you follow
# A link to the home page.
unread = Unread
chosen = Topics you chose to follow
chosen-or-written = Topics you chose to follow or posted in
# Leads to the settings.
change = Change
no-more = No more topics
follows-none = You don't follow any topics yet
# “Follow” is a button, “Unread” is the home page.
how-to-follow = Choose Follow at the top of a topic. Topics you follow are listed first on your Unread page.
how-to-follow-or-write = Post in a topic, or choose Follow at the top of it. Topics you follow are listed first on your Unread page.
pages = Pages
newest = ↑ Newest
older = Older topics →
