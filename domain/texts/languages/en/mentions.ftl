# The list of messages that mention the reader or reply to them.
mentions = Mentions
mark-all-read = Mark all as read
# Tags of a message: it is a reply to the reader; it is unread.
reply = reply
unread = new
empty = No mentions yet
about = When someone writes <code>@{ $name }</code> in a message, it appears here.
pages = Pages
older = Older →
