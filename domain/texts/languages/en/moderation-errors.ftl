# Why moderators and admins can't do something, and errors in their forms.

# Reports.
choose-reason = Choose a reason.
# Of a person without an account.
enter-email = Enter your email address. We'll send the decision to it.
# A box that must be ticked.
confirm = Please confirm this to send the report.
reports-to-admins = Reports in conversations go to the site admins.
archived = This group is archived, so its messages can't be changed.

# The approval queue, and the moderation log.
no-queue = Conversations have no approval queue.
topic-deleted = The topic was deleted.
no-log = Conversations have no moderation log.
no-such-group = No group has or had this URL.

# Warnings.
warn-yourself = You can't warn yourself.
warn-deleted = You can't warn a deleted account.
warn-lower-role = You can only warn people with a lower role than yours.
withdraw-lower-role = You can only withdraw warnings to people with a lower role than yours.
withdraw-yourself = You can't withdraw a warning to yourself.

# Deleting the posts of a person. The first three are choices.
last-day = Last 24 hours
last-week = Last 7 days
all-posts = All posts
clear-admin = You can't delete the posts of a site admin. Remove them as an admin first.
clear-lower-role = You can only delete the posts of people with a lower role than yours.
nothing-to-clear = There are no posts to delete in this period.

# The form of a rule: what happens to messages with certain words.
rule-name = Enter a name for the rule.
rule-kind = Choose words or a pattern.
rule-action = Choose an action.
rule-places = Choose at least one place to look.
rule-names-reject = Rules for usernames can only reject.
rule-new = Enter 0 to { $days } days and 0 to { $messages } messages.
no-rules = Conversations can't have rules of their own.
too-many-rules = You've reached the maximum number of rules. Delete one first.
slow-pattern = This pattern is too slow. Simplify it and try again.
rule-changed = Someone has changed this rule in the meantime. Check it again first.
