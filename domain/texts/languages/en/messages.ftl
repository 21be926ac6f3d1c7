# A message in a topic, from top to bottom.

# In place of a deleted message, and what its author and moderators can do.
deleted = A message by { $person } was deleted.
deleted-by-moderator = A moderator deleted a message by { $person }.
restore = Restore message
view-text = View text
# In place of a message by somebody whom the reader ignores.
ignored = Ignored message by { $name }
# Tags beside the author. An author can be a program; a wiki can be edited by all members.
bot = bot
edited = edited
# $time is a date with the time of day.
edited-at = Edited { $time }
wiki = Wiki
wiki-hint = All members can edit this message
# The first words of the message that this one replies to. Only screen readers say how it begins.
to = <span class="sr">In reply to </span><b>{ $name }:</b> { $excerpt }
to-ignored = <span class="sr">In reply to </span>{ $name }, whom you ignore
to-deleted = <span class="sr">In reply to </span>a deleted message
# A long message is folded.
show-more = Show more
show-less = Show less
# Previews of the pages that a message links to.
remove-previews = { $count ->
    [one] Remove preview
   *[other] Remove previews
}
previews-stay = The preview wasn't removed.
# Who starred the message. $names is a list of names.
starred-by = Starred by { $names }
names-and = { $names } and { $last }
names-and-others = { $names } and { $count ->
    [one] { $count } other
   *[other] { $count } others
}
# After the number of stars, for screen readers.
stars = { $count ->
    [one] star
   *[other] stars
}
replies = { $count ->
    [one] { $count } reply
   *[other] { $count } replies
}

# Buttons and links below a message. They must be short. "Star" and "Bookmark" are verbs here.
star = Star
reply = Reply
bookmark = Bookmark
who-starred = Who starred
copy-link = Copy link
mark-unread = Mark unread
mark-unread-hint = Mark unread from here
report = Report
edit = Edit
history = History
end-wiki = End wiki
make-wiki = Make wiki
make-wiki-hint = All members will be able to edit this message
delete = Delete
# Begins a new topic with this message. The page that edits a topic names it, too.
split = Split

# A message on a page of its own or in a list.
by-ignored = By someone you ignore.
quote-deleted = Deleted.

# The name of attached data without a title, for screen readers.
table = Table

# The page that edits a message.
edit-title = Edit message
message = Message
edit-hint = It will be marked as edited.
# Data that a program attached to the message.
data-stays = The attached data won't change.
remove-data = Remove attached data
save = Save
cancel = Cancel

# The page that deletes a message.
delete-message = Delete message
delete-heading = Delete this message?
reason = Reason (optional)
reason-hint = The author and anyone who reported the message will see it.
delete-about = A placeholder will remain. The message can be restored for 30 days; after that, its text is permanently deleted.

# The history of a message.
history-title = Message history
by = Message by { $name }
posted = posted { $time }
edits = { $count ->
    [one] { $count } edit
   *[other] { $count } edits
}
# $day is a date.
restorable = This message was deleted. It can be restored until { $day }; after that, its text is permanently deleted.
readable = A moderator deleted this message. You can read it here until { $day }; after that, its text is permanently deleted.
original = Original
# The heading of a version: the first edit, the second one and so on.
edit-number = Edit { $number }
current = current
too-long = The changes aren't marked because the text is too long.
restore-version = Restore this version

# The replies to a message.
replies-title = Replies
no-replies = No replies yet.
first-replies = Only the first { $count } replies are shown.
