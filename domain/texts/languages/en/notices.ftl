# The page of notices: what moderators and admins decided about what the reader wrote.
notices = Notices
mark-all-read = Mark all as read
# Tags.
new = new
withdrawn = withdrawn
view-message = View message
# The topic that a notice is about.
in-topic = in <a href="{ $url }">{ $title }</a>
# A label; the reason follows.
reason = Reason:
read-deleted = <a href="/-/messages/{ $id }/history">Read the deleted message</a>. It's available for 30 days.
your-text = Here's your text, so you can copy it:
# Whom to ask: moderators of the group, site admins ($admins are links), or both.
object = If you disagree with this decision, message <a href="{ $url }">a moderator of { $group }</a> or a site admin: { $admins }.
object-moderators = If you disagree with this decision, message <a href="{ $url }">a moderator of { $group }</a>.
object-admins = If you disagree with this decision, message a site admin: { $admins }.
none = No notices
none-about = Decisions by moderators and admins about your messages and reports appear here, with the reason.
kept = Read notices are deleted after 90 days. Warnings, bans, and deletions of all your messages are kept. You can go to court or to an out-of-court dispute settlement body whether or not you object here.

# The unread notice above every page: its name for screen readers, a button, and how many more there are.
from-moderators = Notice from the moderators
have-read = I've read this
more = { $count } more after this one

# What happened, in one sentence. $place is “site” if no group is known or concerned, else “group”.
warning = { $place ->
    [site] You received a warning from the site admins.
   *[group] You received a warning from the moderators of { $group }.
}
ban = { $place ->
    [site] You were banned from a group.
   *[group] You were banned from { $group }.
}
removal = { $place ->
    [site] The site admins deleted your messages.
   *[group] The moderators of { $group } deleted your messages there.
}
restored = { $place ->
    [site] Your deleted messages were restored.
   *[group] Your deleted messages in { $group } were restored.
}
declined = { $place ->
    [site] Your message was declined.
   *[group] Your message in { $group } was declined.
}
topic-declined = { $place ->
    [site] Your topic “{ $title }” was declined.
   *[group] Your topic “{ $title }” in { $group } was declined.
}
approved = { $place ->
    [site] Your message was approved.
   *[group] Your message in { $group } was approved.
}
topic-approved = { $place ->
    [site] Your topic “{ $title }” was approved.
   *[group] Your topic “{ $title }” in { $group } was approved.
}
message-deleted = { $place ->
    [site] Your message was deleted.
   *[group] Your message in { $group } was deleted.
}
topic-deleted-untitled = { $place ->
    [site] Your topic was deleted.
   *[group] Your topic in { $group } was deleted.
}
topic-deleted = { $place ->
    [site] Your topic “{ $title }” was deleted.
   *[group] Your topic “{ $title }” in { $group } was deleted.
}
topic-restored-untitled = { $place ->
    [site] Your topic was restored.
   *[group] Your topic in { $group } was restored.
}
topic-restored = { $place ->
    [site] Your topic “{ $title }” was restored.
   *[group] Your topic “{ $title }” in { $group } was restored.
}
group-restored = { $place ->
    [site] A group that you moderate was restored.
   *[group] The group { $group } was restored. Its members are back.
}
report-deleted = { $place ->
    [site] The message you reported was deleted.
   *[group] The message you reported in { $group } was deleted.
}
report-nothing = { $place ->
    [site] No action was taken on the message you reported.
   *[group] No action was taken on the message you reported in { $group }.
}
webhook-off = { $place ->
    [site] The site webhook “{ $title }” was turned off.
   *[group] The webhook “{ $title }” of { $group } was turned off.
}
unreached = { $place ->
    [site] You mentioned { $names }, but they can't read your message.
   *[group] You mentioned { $names } in { $group }, but they can't read your message.
}
# In place of their names.
someone = someone

# Facts about the decision.
submitted = You submitted it on { $time }.
held-by-rule = An automatic rule had sent it to the approval queue.
not-reported = No one had reported it.
reported-by-rule = An automatic rule had reported it.
had-been-reported = It had been reported. Reasons: { $grounds }.
had-been-reported-by-rule = It had been reported, including by an automatic rule. Reasons: { $grounds }.
you-reported = You reported it on { $time }. Your reason: { $grounds }.
told-later = They'll be notified if they get access later.
by-moderator = A moderator of the group made this decision, not an automatic rule.
by-admin = A site admin made this decision, not an automatic rule.
