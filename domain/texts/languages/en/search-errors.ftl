# What is wrong with a search, and what its operators mean.

# The page.
nothing-asked = Enter at least one word to search for.
still-built = The search index is still being built ({ $done } messages and topics so far). Some results are missing.

# Problems with operators. “from:” and the like, and the words that they accept, are code words.
too-many-operators = A search can have up to { $most } operators. The rest were ignored.
from = from: needs a username, such as from:mira or from:me.
in-group = in: needs the URL name of a group, such as in:garden.
title = title: needs a word from a topic's title, such as title:plums. It can't be excluded.
site = site: needs the name of a website, such as site:example.org.
has = has: accepts link, image, or code.
is = is: accepts resolved, starred, mine, or unread.
dates-not-excluded = before:, after:, and on: can't be excluded.
dates = before:, after:, and on: need a date, such as 2012-03-31, 2012-03, 2012, today, or yesterday.
no-group-named = No group with the URL or name “{ $name }”.
own-signed-out = Sign in to search for your own messages.
states-signed-out = Sign in to use is:starred, is:mine, and is:unread.
resolved-latest = Only the latest { $most } resolved topics are searched.
listed-latest = Only your latest { $most } starred or unread messages are searched.
# A word that looks like a mistyped operator. $operators is a list of all of them.
hint = “{ $typed }:” is not an operator, so it was searched as text. Did you mean “{ $meant }:”? Operators: { $operators }.

# What each operator means, in the list of completions.
meaning-from = posted by someone
meaning-me = your own messages
meaning-in = in a group
meaning-title = a word in the topic's title
meaning-after = since a day, month, or year
meaning-before = before a day, month, or year
meaning-on = on a day, or in a month or year
meaning-has = with a link, an image, or code
meaning-site = with a link to a website
meaning-is = resolved, starred, mine, or unread
