# An export as a folder of pages that need no server.
groups = Groups
search = Search
# In the title of the window.
search-of = Search · { $site }
topics = { $count ->
    [one] { $count } topic
   *[other] { $count } topics
}
newer-topics = ← Newer topics
older-topics = Older topics →
# After the time of a message.
edited = edited
deleted = Deleted message
earlier-messages = ← Earlier messages
later-messages = Later messages →

# The search. The script counts: each number has a text for one and a text for others.
search-messages = Search messages
needs-script = Search requires JavaScript.
loading = Loading…
all-one = { $count } message
all-messages = { $count } messages
found-one = { $count } result
found = { $count } results
# $results is the text before.
first-only = { $results }, showing the first { $most }
