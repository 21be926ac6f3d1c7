# Lists within a sentence. $items are all before the next one.
more = { $items }, { $next }
# The last item, after “one” or “one, two”.
last = { $items } and { $last }
# The last of at least three names.
last-name = { $items }, and { $last }
