# The messages that the reader bookmarked or starred.
bookmarks = Bookmarks
starred = Starred
# The name of the tabs, for screen readers.
tabs = Marked messages
# $time is a time such as “2 h ago”.
starred-at = Starred { $time }
bookmarked-at = Bookmarked { $time }
remove = Remove bookmark
no-starred = No starred messages
no-bookmarks = No bookmarks
# “Star” and “Bookmark” are buttons.
how-to-star = Choose Star on a message. Everyone who can read it sees your star.
how-to-bookmark = Choose Bookmark on a message to find it here again. Only you see your bookmarks.
pages = Pages
older = Older →

# Who starred a message.
starred-by-title = Starred by · { $title }
starred-by = Starred by { $count ->
    [one] { $count } person
   *[other] { $count } people
}
starred-by-nobody = Nobody has starred this message.
