# The help on writing messages. “You type” and “Result” are the heads of a table of examples.
title = Formatting
markdown = Messages use Markdown.
you-type = You type
result = Result
mention = <a href="/-/help">@mira</a>, and Mira gets a notification
link = A link
link-or-image = A link. The URL of an image shows the image.
# Words of the examples. They stand in both columns.
plan = the plan
dusk = dusk
tonight = tonight
monday = Monday
tuesday = Tuesday
owl = the owl did it
owl-sentence = The owl did it.
quote = 31 in one box
seeds = seeds
suet = suet
in-winter = in winter
clean = clean the box
hang = hang it up
ladder = ladder
screws = screws
heading = Spring count
column-box = Box
column-eggs = Eggs
not-italic = not italic
# The parts of examples that need words.
either = <code>*{ $word }*</code> or <code>_{ $word }_</code>
spoiler = Spoiler
box-done = Done
box-to-do = To do
heading-shown = <b>{ $title }</b>, as a heading. Use up to six # for smaller ones.
rule = <code>---</code> between two paragraphs
# Below the table.
characters = A backslash before any of these characters shows the character itself. Indent a line by two spaces to nest it in the list item above. Name a language after <code>```</code> to highlight code.

# Polls. The first and the last words in quotes are names of buttons.
polls = Polls
polls-about = “Add a poll” under a message adds a question with 2 to 20 options. You choose whether people can pick several options, whether their votes are anonymous, when the results are shown, and when the poll closes. Everyone who can post in the topic can vote, and can change or remove their vote until the poll closes. You and the moderators can close it earlier. You can change the question and the options until someone votes. After that, you can only remove the poll with its votes: edit the message and choose “Remove poll”.

# Keyboard shortcuts: names of keys, and what keys do.
shortcuts = Keyboard shortcuts
key-ctrl = Ctrl
key-enter = Enter
keys-next = Next, previous
keys-open = Open
keys-reply = Reply
keys-up = Go up to the group
keys-read = Mark an unread topic as read, mute it
keys-search = Search
keys-go = Go to a group, topic, or person
keys-unread = Go to unread
keys-send = Send
keys-style = bold, italic, link
keys-edit = edit your last message
keys-help = Show these shortcuts
# A checkbox, for people who press keys by mistake or speak to their computer. The scripts have the same text.
keys-choice = Use single-key shortcuts in this browser

wikis = Wikis
wikis-about = The author and the moderators can make the first message of a topic a wiki. Then everyone who can post in the topic can edit it. Its history shows who changed what, and restores earlier versions.
drafts = Drafts
drafts-about = What you type and don't send stays in your browser until you send it or sign out.
view-drafts = View drafts
emails = Emails
emails-about = Mentions, replies and direct messages that you haven't read within a few minutes come by email, if your address is confirmed. <a href="/-/settings/notifications">Choose what you're emailed about</a>, or mute a topic or group.
images = Images and files
images-about = Choose, paste, or drop files where you write. Describe an image for people who can't see it. Klatch removes location and camera data from images. A file is deleted with the last message that shows it, and files that no message shows are deleted after a day.
images-elsewhere = Images in messages can also be hosted on other sites.
images-fetched = This server fetches them and keeps copies, so those sites don't see who reads a message. Images that can't be shown become links.
images-linked = They are shown as links. Your browser loads nothing from those sites until you follow a link.
notifications = Notifications
notifications-about = Your phone or computer can notify you about mentions, replies, and direct messages while this site is closed. Turn this on for each device in your <a href="/-/settings/push">settings</a>.
this-site = This site
this-site-about = The pages linked at the bottom of every page are by the people who run this site.
touch = On a touch screen, tap a message to star it or to reply.

# The page about the API, for developers.
api = API
api-about = Programs can read and change the forum with JSON over HTTP, under <code>/api/v1/</code>. There is also a machine-readable description: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).
api-token = Send an API token in the header <code>Authorization: Bearer</code>. Create tokens in your <a href="/-/settings/tokens">settings</a>. Public content needs no token.
api-lists = Lists have <code>items</code> and <code>next</code>. To get the next page, send <code>next</code> as <code>cursor</code>. It is null on the last page. IDs are strings, and times are in UTC.
# A value that a request has, and where: “path”, “query”, “header”, or “body”, which are code words.
api-input = <code>{ $name }</code> ({ $place })
api-required-input = <code>{ $name }</code> ({ $place }, required)
api-input-about = <code>{ $name }</code> ({ $place }): { $about }
api-required-input-about = <code>{ $name }</code> ({ $place }, required): { $about }
# The number of an HTTP status, and the name of an object.
api-response = Response: { $status }
api-response-of = Response: { $status }, <code>{ $object }</code>
api-errors = Errors
api-errors-about = An error is an object with <code>title</code>, <code>detail</code>, and <code>status</code> (RFC 9457). If fields are invalid, <code>errors</code> lists them.
