# Errors in forms, and other texts that pages get from the server's handlers.

# Choices that a form lacks.
choose-action = Choose an action.
choose-whether = Choose whether to approve or decline.
choose-period = Choose a period.
choose-role = Choose a role.
choose-readers = Choose who can read the group.
choose-senders = Choose who can message you.
choose-sign-ups = Choose who can sign up.
choose-images = Choose how images are shown.

# The approval queue: several messages were ticked.
not-approved =
    { $count ->
        [one] { $count } message couldn't be approved. Reason:
       *[other] { $count } messages couldn't be approved. First reason:
    } { $why }

# Settings of emails about messages.
choose-how-often = Choose how often.
choose-frequency = Choose daily, weekly or never.
enter-number = Enter a number.
choose-hour = Choose an hour from 0 to 23.
choose-both-hours = Choose both hours, or neither.
choose-time-zone = Choose a time zone.

# Messages and topics. “Attach” is a button.
press-attach = Press Attach to upload the files that you chose, or remove them.
choose-file = Choose a file.
too-many-files = You can attach at most { $most } files at a time.
uploads-too-often = That's too many files. Try again in { $wait }.
choose-option = Choose an option first.
enter-date = Enter the date as year, month and day, like 2011-05-03.
bookmarked = Bookmarked
bookmark-removed = Bookmark removed

# What limits a writer; stands below the text field. $time is a time such as “5 minutes”.
slow-mode = { $noun ->
    [topic] Slow mode: one topic every { $time }.
   *[message] Slow mode: one message every { $time }.
}
first-messages-wait = Your first messages in this group wait for approval.
no-links-yet = New accounts can't post links to other sites yet.
few-links = New accounts can post at most { $count ->
    [one] { $count } link
   *[other] { $count } links
} to other sites in a message.

# The feed of a person with an API token in its address.

# Webhooks: titles and labels of secrets that were just created.
new-webhook = New webhook
new-incoming-webhook = New incoming webhook
new-auditor = New external auditor
secret = Secret
url = URL

# What a program that posts through an incoming webhook is told.
hook-bad-body = The body is too large, damaged, or arrived too slowly.
hook-gone = There is no webhook at this URL. It may have been revoked.
hook-bad-text = The text can't be posted.
hook-too-many = Too many messages in a short time. Try again later.
hook-slow = The group is in slow mode. Try again later.
hook-bot = This bot can't be used.
hook-later = Try again later.
hook-failed = Something went wrong on our end.

# The admins' overview: each part of the program with its state.
ok = OK
check-database = Database
check-writes = Database writes
check-bus = Message bus
check-jobs = Jobs
# “Jobs” is the title of a page.
jobs-failed = { $count } failed. Review them on the Jobs page
check-search = Search
no-index = this process has no index
check-backup = Backup
no-backup = none yet
backup-fresh = less than an hour old
backup-hours = { $hours ->
    [one] { $hours } hour old
   *[other] { $hours } hours old
}
backup-days = { $days } days old
check-email = Email
no-mail-server = no mail server is configured. Set KLATCH_SMTP_URL
mail-test-failed = the last test failed: { $why }
mail-untested = not tested yet
check-proxy = Proxy
untrusted-proxy = { $address } forwards requests but isn't a trusted proxy, so all its clients share one rate limit. Add it to KLATCH_TRUSTED_PROXIES

# The admins' overview: labels of numbers, and a few words beside them.
count-of-people = People
online = { $count } online
count-of-groups = Groups
count-of-topics = Topics
count-of-messages = Messages
jobs-waiting = Jobs waiting
oldest = oldest: { $seconds } s
indexed = Search index
index-up-to-date = messages and topics, up to date
index-behind = messages and topics; { $count } changes to index
index-in-work = messages and topics; indexing

# Titles of charts.
chart-messages = Messages
chart-people = People who posted
chart-accounts = New accounts
chart-by-group = Messages by group
chart-topics = New topics
chart-answers = Answers
chart-first-answer = Time to first answer
chart-live-hour = Open live connections, last hour
chart-live-day = Open live connections, last day
chart-delivery = Delivery time, last hour
chart-jobs = Jobs, last day
chart-index = Search index, last day
chart-disk = Disk usage, last day

# Beside the titles of charts. $value and $time are a number with its unit.
most-active = most active groups
now = { $value } now
median-of = median { $time }
count-messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
count-people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
count-accounts = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
count-topics = { $topics ->
    [one] { $topics } topic
   *[other] { $topics } topics
}, { $answered } answered
count-answers = { $count ->
    [one] { $count } answer
   *[other] { $count } answers
}

# The rows of charts, and the heads of the columns of their tables.
day = Day
group = Group
time = Time (UTC)
all-conversations = All conversations
messages = messages
people = people
accounts = accounts
topics = topics
answers = answers
median = median
connections = connections
waiting = waiting
failed = failed
documents = messages and topics
database = database
search-index = search index
