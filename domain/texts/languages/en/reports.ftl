# Reporting a message: the title of the browser's window, then the heading.
report-title = Report a message
report = Report this message
# $time is a relative time.
reported-before = You reported this message { $time }, and nobody has reviewed it yet. A new report replaces your first one.
whats-wrong = What's wrong with this message?
details = Details
details-hint = Required only if you choose “Something else”.
seen-by-admins = Site admins will see this message, your report, and your name. They can't see the rest of the conversation.
seen-by-moderators = Only the moderators of { $group } will see your report and your name.
get-notice = You'll get a notice when they decide.
# Somebody without an account reports it.
reason = Reason
reason-hint = Explain what is wrong or illegal, so that others can check it.
your-email = Your email address
your-name = Your name (optional)
your-name-hint = Visible to the moderators.
good-faith = I believe in good faith that this report is accurate and complete.
report-message = Report message
cancel = Cancel

# Open reports, for moderators and site admins.
reports = Reports
open = { $count } open
none = No open reports
none-about = Messages that people report in this group appear here.
in-conversation = In a conversation
in-unreadable-group = Written by a moderator of a group you can't read
deleted-by-author = Deleted by its author.
# Who reported it, and why: a person with an account; somebody without one, who may have given a name ($name), and whose
# email address site admins see ($email).
voice = <b>{ $grounds }</b>, reported by { $person }
voice-outside = <b>{ $grounds }</b>, reported by someone without an account
voice-outside-name = <b>{ $grounds }</b>, reported by someone without an account, name: “{ $name }”
voice-outside-email = <b>{ $grounds }</b>, reported by someone without an account, email: { $email }
voice-outside-name-email = <b>{ $grounds }</b>, reported by someone without an account, name: “{ $name }”, email: { $email }
# A rule reported it. Its name follows.
voice-rule = <b>{ $grounds }</b>
earlier-text = The message when it was reported:
# Below some of them.
more = and { $count } more
decision-reason = Reason for your decision
decision-reason-hint = Sent to the people who reported the message, and to its author if you delete it.
# Buttons, each with its name for screen readers.
delete = Delete message
delete-by = Delete message by { $name }
keep-deleted = Keep deleted
keep-deleted-by = Keep deleted: message by { $name }
dismiss = Dismiss
dismiss-by = Dismiss the reports of the message by { $name }
manage = Manage { $name }
