# Texts of the scripts in static/js. A script names a text by its English words, so one text has one translation.
retry = Try again
new-messages = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
replies = { $count ->
    [one] { $count } reply
   *[other] { $count } replies
}
# Where the reader is in a long topic: message 12 of 480, and its day.
place = { $seq } of { $total } · { $day }

# Times, as the server writes them. From two to six days.
just-now = just now
minutes-ago = { $count } min ago
hours-ago = { $count } h ago
yesterday = yesterday
days-ago = { $count } days ago

# Why something did not work.
not-done = Not done.
unanswered = The server didn't respond.
offline = You're offline.
failed = The server returned an error.
signed-out = You've been signed out. Sign in in another tab, then try again.

# A message on its way. The problem is a sentence.
sending = Sending…
waiting-offline = Waiting: you're offline.
waiting-for-first = Waiting for the message above.
waiting-for-approval = Waiting for approval.
not-sent = Not sent. { $problem }
not-sent-but-saved = Not sent. { $problem } Your text is saved.
kept = It was kept when you left the page.
poll-first = Send or clear your poll first.
edit = Edit

# A form with text in it, whose page has changed.
page-gone = This page is no longer available. Your text is kept here so you can copy it.
form-gone = This can no longer be sent. Your text is kept here so you can copy it.

# The composer. The name in "Replying to" is a link; the first words of the message may follow it, after a colon.
replying-to = Replying to { $name }
earlier-message = an earlier message
spoiler = (spoiler)
preview = Preview
keep-editing = Keep editing
not-saved = Not saved. { $problem }
message-deleted = Message deleted.
undo = Undo

# Its buttons for formatting: names, and short signs for "bold" and "italic". "Quote" is also the button that quotes a selection.
formatting = Formatting
bold = Bold
bold-sign = B
italic = Italic
italic-sign = I
code = Code
link = Link
quote = Quote
list = List
with-key = { $name } (Ctrl+{ $key })
suggestions = Suggestions

# Uploads. The name is that of a file.
uploads = Uploads
uploading = Uploading { $name }
cancel = Cancel
too-large = This file is too large.
not-uploaded = Not uploaded. { $problem }
image = Image
describe = Describe this image
describe-file = Describe { $name } for people who can't see it
describe-image = Describe the image for people who can't see it

# What can be done with messages, code and images.
link-copied = Link copied
copy-code = Copy code
copied = Copied
not-copied = Not copied
open-original = Open original
close = Close

# Drafts
draft = Draft
not-confirmed = Not confirmed, sent { $when }
delete-draft = Delete draft
draft-deleted = Draft deleted
no-drafts = No drafts
no-drafts-yet = What you type and don’t send is kept here until you send or delete it.

# Passwords
show-password = Show password
characters-needed = { $count ->
    [one] { $count } more character needed.
   *[other] { $count } more characters needed.
}
easy-to-guess = Easy to guess. Add another word or two.
good-password = Good. Longer is even better.
strong-password = Strong.

# The dialog that goes to a place by its name.
go-to = Go to
go-to-places = Groups, topics, and people
go-to-name = Group, topic, or person
go-to-label = Name of a group, topic, or person

# The list of keys: what each does. Then two names of keys.
keys = Keyboard shortcuts
keys-items = next or previous item
keys-open = open item
keys-reply = reply
keys-group = back to the group
keys-read = mark an unread topic as read, mute it
keys-search = search
keys-go = go to a group, topic, or person
keys-unread = unread messages
keys-send = send
keys-format = bold, italic, link
keys-edit = edit your last message
keys-show = show shortcuts
# A checkbox, and a link below it.
keys-choice = Use single-key shortcuts in this browser
keys-choice-too = This choice is also on the help page.
ctrl = Ctrl
enter = Enter

# The page that a browser shows when it is offline.
offline-title = You're offline
offline-why = This page can't be loaded without a connection. What you typed is kept in this browser.
