# Rules that check messages before they are posted. The list of them.
rules = Rules
# The parts of titles: “Rules · Admin”.
admin = Admin
group-settings = Settings
none = No rules yet
none-about = A rule checks each new message before it's posted, and can reject it, hold it for approval, or report it. You can test a rule on past messages before you turn it on.
# Tags of a rule.
on = on
off = off
# What a rule does, where, and for whom. $places is a list of the next four.
summary-words = { $action ->
    [refuse] rejects
    [hold] holds for approval
   *[report] reports
} { $count ->
    [one] { $count } word
   *[other] { $count } words
} in { $places }{ $whom ->
    [new] , for new members only
   *[everyone] { "" }
}
summary-pattern = { $action ->
    [refuse] rejects
    [hold] holds for approval
   *[report] reports
} a pattern in { $places }{ $whom ->
    [new] , for new members only
   *[everyone] { "" }
}
place-messages = messages
place-titles = titles
place-links = links
place-names = names
create = Create rule

# Who counts as new.
new-members = New members
new-members-about = New members can post fewer messages per minute and fewer links to other sites per message.
new-days = Days that an account counts as new
new-days-hint = Enter 0 to turn these limits off.
new-messages = Until it has this many messages
new-links = Maximum links per message
save = Save

# A rule.
new-rule = New rule
# $time is a relative time.
since = since { $time }
# What the rule would have caught in earlier messages.
test-results = Test results
test-nothing = There are no messages to test this rule on yet.
test-none = This rule would have caught none of the last { $count } messages.
test-some = This rule would have caught { $caught } of the last { $count } messages.
test-slow = The test then timed out. A pattern this slow can't be turned on.
test-names = Names are checked when someone signs up or creates a group.
turn-on = Turn on rule
turn-off = Turn off rule
matching = Matching messages
more = and { $count } more
# The form.
name = Name
name-hint = Shown to moderators next to the messages that the rule caught.
match-by = Match
words = Words
words-hint = One per line. Matches whole words, ignoring case.
pattern = Pattern
pattern-hint = A regular expression on one line, ignoring case.
words-or-pattern = Words or pattern
where-to-look = Where to look
look-in-text = Text of messages
look-in-titles = Titles of topics
look-in-links = Domains of links
look-in-names = Usernames, when someone signs up or changes theirs, and names of groups
applies-to = Applies to
everyone-except-moderators = Everyone except moderators
everyone-except-admins = Everyone except site admins
# $days and $messages are fields for numbers. The next two are their names for screen readers.
only-new = <label for="f-new-new">New members</label>: accounts younger than { $days } days, or with fewer than { $messages } messages
days = Days
messages = Messages
action = Action
reject = Reject
reject-hint = The author gets the message back with your explanation.
hold = Hold for approval
hold-hint = A moderator has to approve the message first.
report = Report
report-hint = The message is posted and reported to the moderators.
groups-too = Rules for usernames also check names of groups, and rules for text or links also check descriptions of groups. Names and descriptions that match are always rejected, whatever you choose here.
explanation = Explanation
explanation-hint = Shown to the author when the rule rejects a message.
save-and-test = Save and test
save-and-test-again = Save and test again
cancel = Cancel
saving-turns-off = Saving changes turns the rule off. Turn it on again after the test.
delete = Delete rule
