# The moderation log. “actions by …” stands below the heading.
log = Moderation log
log-of-site = actions by moderators and admins in public groups and on accounts
log-of-group = actions by moderators
# The choice of an action, for screen readers.
action = Action
all-actions = All actions
filter = Filter
no-actions = No actions yet
no-actions-of-site = When a moderator deletes a message or an admin suspends an account, it's listed here.
no-actions-of-group = When a moderator deletes a message, removes a member, or locks a topic, it's listed here.
# A line of the log. $who acted, $action is a text of log-actions.ftl: “ana deleted a message”. The action was in a topic, or
# on it.
line = { $who } { $action }
line-in-topic = { $who } { $action } in <a href="{ $url }">{ $title }</a>
line-on-topic = { $who } { $action }: <a href="{ $url }">{ $title }</a>
# Who acted, if there is no name.
deleted-account = A deleted account
operator = The server operator
# In place of the name of a group.
a-conversation = a conversation
name-hidden = name hidden in public log
hide-name = Hide name in public log
show-name = Show name in public log
# Links between pages, and their name for screen readers.
pages = Pages
older = Older →

# Deleting all posts of a person. The title is followed by the name.
delete-posts-by = Delete posts by { $name }
posts-in-group = Posts in { $group }
posts-on-site = Posts on the whole site, including conversations
# How much there is to delete, or was deleted.
messages = { $messages ->
    [one] { $messages } message
   *[other] { $messages } messages
}
messages-and-topics = { $messages ->
    [one] { $messages } message
   *[other] { $messages } messages
} and { $topics ->
    [one] { $topics } topic
   *[other] { $topics } topics
}
# The label of a field; below it, who can read the reason.
reason = Reason
reason-in-group = They'll be notified. The group's moderation log will show it with both your names to everyone who can read the group.
reason-on-site = They'll be notified. The public moderation log will show it with both your names.
also-ban = Also ban them from the group
also-ban-hint = With the same reason, shown in the group's moderation log.
# What happens to the account.
account = Account
stays-active = Stays active
suspend = Suspend
ban-permanently = Ban permanently
suspend-days = Suspend for (days)
delete-about = A placeholder remains where each message was. Topics they started are deleted entirely if nobody else posted in them, and so are their messages waiting for approval.
delete-keeps = Messages in archived groups and groups they created are kept.
delete-undo = You can undo this for 30 days.
delete-posts = Delete posts
cancel = Cancel
nothing-to-delete = { $name } has no posts to delete.
back = Back
# The state of such a deletion.
state-restored = restored
state-being-restored = being restored
state-deleted = deleted
state-being-deleted = being deleted
# Who did it, and when. $time is a relative time, $day a date.
by = by { $name }, { $time }
by-until = by { $name }, { $time }; can be undone until { $day }
undo = Undo
# The same for screen readers. $amount is such as “3 messages and 1 topic”.
undo-deletion = Undo the deletion of { $amount }

# Warnings. Their state, who gave them, and who withdrew them.
warning-withdrawn-unread = withdrawn unread
warning-withdrawn = withdrawn
warning-read = read
warning-unread = unread
by-withdrawn = by { $name }, { $time }; withdrawn by { $other }, { $later }
withdraw = Withdraw
withdraw-warning = Withdraw the warning of { $time }

# The approval queue.
queue = Approval queue
waiting = { $count } waiting
nothing-to-review = Nothing to review
held-new-and-by-rule = Messages from new members and messages held by a rule appear here.
held-by-rule = Messages held by a rule appear here. To review messages from new members too, change the group settings.
# For screen readers, as the next two with a name.
select-message = Select the message by { $name }
in-deleted-topic = in a deleted topic
# Before the title of the topic that the message would start.
new-topic = new topic
approve = Approve
approve-message = Approve the message by { $name }
decline = Decline
decline-message = Decline the message by { $name }
decline-reason = Reason for declining
decline-reason-hint = Sent to the author.
# Before buttons for all messages that are ticked.
selected = Selected:

# The viewer's own messages that wait, or were declined. The first is a name for screen readers.
own-waiting = Waiting for approval
own-submitted = <b>Waiting for approval</b>, submitted { $time }. Only you and the moderators can see this.
own-declined = <b>Declined</b> { $time }
# A label; the reason follows.
own-reason = Reason:
own-dismiss = Dismiss
own-withdraw = Withdraw
