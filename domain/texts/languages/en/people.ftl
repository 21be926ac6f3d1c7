# A profile. The tag of an account of a program.
bot = bot
# Who answers for a bot. $person is a link.
managed-by = managed by { $person }
managed-by-group = managed by the group <a href="/{ $slug }/">{ $name }</a>
managed-by-some-group = managed by a group
deleted-account = deleted account
imported-account = imported account
# $day is a date.
joined = joined { $day }
edit = Edit
send-message = Send message
ignore = Ignore
stop-ignoring = Stop ignoring
manage-account = Manage account
groups = Groups
ignoring = You're ignoring { $name }. Their messages are collapsed and don't count as unread. They aren't notified.
recent-messages = Recent messages
no-messages = No messages you can read yet.
# Links between pages, and their name for screen readers.
pages = Pages
older = Older →

# In place of the name of a device.
unknown-browser = Unknown browser
