# Why a topic can't be read, changed or posted in.

locked = This topic is locked. Only moderators can post.
continues-in-newer = Some people in this conversation can't read this topic. It continues in a newer one.
# The history of a topic's title.
titles-for-few = Only the creator of the topic and the group's moderators can see this.

# A topic that is started through the API, without a message.
title-rejected = An automatic check rejected this title.
needs-approval = This topic needs approval. Post it on the site together with its first message.

# Marking messages as read and unread.
page-out-of-date = The page is out of date. Reload it and try again.
before-you-joined = You can't mark this unread: it was posted before you joined.

# Moving topics and messages.
conversation-stays = You can't move messages into or out of a conversation.
more-readers = You can't move private messages to a group that more people can read.
more-readers-now = More people can now read that group. You can't move private messages there.

# Splitting a topic: some of its messages become a topic of their own.
select-at-most = Select at most { $most } messages.
selection-gone = Select at least one message. The ones you selected are no longer in this topic.
selected-all = You selected every message. Rename or move the topic instead.

# Merging a topic into another one, whose URL was entered.
no-topic-here = There is no topic at this URL.
into-itself = You can't merge a topic into itself.

# Deleting a topic.
reports-wait = You can't delete this topic until a moderator has handled the reports in it.
others-posted = Others have posted in this topic. Ask a moderator to delete it.
