# Categories of groups.
category-other = Other
category-arts = Arts and crafts
category-books = Books
category-food = Food and drink
category-games = Games
category-home = Home and garden
category-local = Local
category-music = Music
category-nature = Nature
category-science = Science
category-sports = Sports
category-technology = Technology
category-travel = Travel
category-work = Work and education

# The reason of a report.
grounds-spam = Spam
grounds-insult = Insult or threat
grounds-private = Private information
grounds-other = Something else
grounds-rule = Caught by a rule

# Filters of the list of accounts.
accounts-admins = Site admins
accounts-waiting = Waiting for approval
accounts-suspended = Suspended
accounts-banned = Banned
accounts-unclaimed = Not claimed yet
accounts-deleted = Deleted

# What emails are about, after "Emails about".
concern-mentions = mentions and replies
concern-directs = direct messages
concern-followed = topics you follow
concern-activity = activity in your groups

# Events of webhooks.
event-message-posted = A message was posted
event-message-edited = A message was edited
event-message-deleted = A message was deleted
event-message-restored = A message was restored
event-topic-created = A topic was created
event-topic-changed = A topic was renamed, or its status changed
event-topic-moved = A topic was moved to another group
event-topic-deleted = A topic was deleted
event-member-joined = A member joined
event-ping = Test

# Titles of the pages that admins write. They stand in the footer too.
page-about = About
page-rules = Rules
page-terms = Terms
page-privacy = Privacy
page-imprint = Imprint
page-contact = Contact

# Names of these pages in a sentence. In English, "the" stands before them, so they have no article; in other languages they
# have one, and have the form of an object: "Please read {name}".
name-about = about page
name-rules = rules
name-terms = terms
name-privacy = privacy policy
name-imprint = imprint
name-contact = contact page
# A list of such names: "rules, the terms and the privacy policy". First all but the last one, then the last one.
names-more = { $names }, the { $next }
names-last = { $names } and the { $last }

# The title of a topic that has none.
untitled = (untitled)
# The name of a conversation without other members.
only-you = Only you
