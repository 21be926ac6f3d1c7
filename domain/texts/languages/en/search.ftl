# The search page and its form.
title = Search
# In the title of the window.
title-of = { $query } · Search
search-messages = Search messages
search-in = Search in
everywhere = Everywhere
only-in-topic = Only in “{ $title }”
# Button.
search = Search
more-options = More options
# Labels of fields, with their choices.
from = From
username = username
topic-title = Topic title
on-or-after = On or after
before = Before
contains = Contains
anything = anything
a-link = a link
an-image = an image
code = code
show = Show
all-messages = all messages
resolved-topics = resolved topics
messages-starred = messages I starred
my-messages = my messages
unread-messages = unread messages

# Above the results.
did-you-mean = Did you mean <a href="{ $url }">{ $query }</a>?
matching = Matching groups, topics, and people
groups = Groups:
topics = Topics:
people = People:
nothing-asked = Search all the messages you can read.
no-more-results = No more results
nothing-found = Nothing found
no-results = No results for “{ $query }”.
no-results-in = No results for “{ $query }” in { $group }.
try-fewer = Try fewer words.
try-fewer-or-everywhere = Try fewer words, or <a href="{ $url }">search everywhere</a>.
# When not all results have all the words. $count is the number of those that do.
no-word = No results for this word. These contain similar words.
loose = { $count ->
    [0] No results contain all of these words. These contain most of them, or similar words.
    [1] One result contains all of these words. The others contain most of them.
   *[other] { $count } results contain all of these words. The others contain most of them.
}
# The order of the results.
order = Order
relevance = Relevance
newest = Newest
results = { $count ->
    [one] { $count } result
   *[other] { $count } results
}
# Before names with numbers of results.
filter = Filter results
group = Group:
author = Author:
year = Year:
# Below a result.
more-in-topic = { $count ->
    [one] { $count } more result in this topic
   *[other] { $count } more results in this topic
}
# Links to other pages of results.
pages = Pages
back = ← Back
more = More →

# The help. Each text explains an operator.
how-to = How to search
how-to-about = Results contain all of your words. The last word can be incomplete. If there are only a few results, messages with most of the words follow.
help-phrase = this exact phrase, in a message or a title
help-or = either word
help-not = without this word
help-start = words that start with this
help-from = from this person
help-in = in the group with this URL
help-title = in topics with this word in the title
help-emoji = this emoji, however it was typed
help-date = by date: a day, month, or year
help-has = by what the message contains
help-site = with a link to this website
help-resolved = in topics marked as resolved
help-own = messages you starred, wrote, or have not read

# Suggestions while somebody types: what an entry of the list is.
kind-complete = Complete
kind-group = Group
kind-topic = Topic
kind-person = Person

# The switcher, which goes to a page by its name. “Go” is a button.
go-to = Go to
name-of = Name of a group, topic, or person
name-hint = Group, topic, or person
go = Go
section-groups = Groups
section-topics = Topics
section-conversations = Conversations
section-people = People
type-name = Type the name of a group, topic, or person.
no-name = No group, topic, or person is called “{ $name }”.
search-for = Search messages for “{ $query }”
