# The settings of emails about messages.
not-sent = This site can't send email.
no-address = You have no confirmed email address, so we can't email you.
go-to-email-settings = Go to email settings
bouncing = Your email address refused several emails, so we no longer send any. If it works again, confirm it. Otherwise, <a href="{ $url }">change it</a>.
bouncing-address = Your email address refused several emails, so we no longer send any to { $address }. If it works again, confirm it. Otherwise, <a href="{ $url }">change it</a>.
send-confirmation = Send a confirmation email
about = We email you what you haven't read within a few minutes. Topics and groups that you mute are left out, and so are people you ignore.
# Kinds of emails, and how often they are sent.
mentions = Mentions and replies to you
directs = Direct messages
followed = New messages in topics you follow
activity = A digest of other new messages in your groups
immediately = Immediately
daily = Daily, in the morning
weekly = Weekly, on Mondays
never = Never
most-per-day = Maximum emails in 24 hours
most-per-day-hint = Once you reach it, the rest come together in one email.
# Two hours: from … to …
quiet-hours = Quiet hours
quiet-from = From
quiet-to = to
# No hour.
no-hour = none
time-zone = Time zone
time-zone-hint = It doesn't follow daylight saving time. Change it when the clocks change.
always-sent = Emails about your account and about moderators' decisions are always sent.

# The target of a link in an email. $concerns is such as “mentions and replies and direct messages”. “Unsubscribe” is the
# title and a button.
unsubscribe = Unsubscribe
unsubscribed = Done. We no longer email you about { $concerns }.
choose = Choose what you're emailed about
unsubscribe-question = Stop all emails about <b>{ $concerns }</b>? Other emails stay as they are.

# The log of emails, for admins. Its title is “Email · Admin”.
email = Email
admin = Admin
log-about = emails of the last 7 days
send-test = Send a test email
no-mail-server = No mail server is configured, so emails are files on the server. Set <code>{ $setting }</code>.
# The states to filter by. Names for screen readers first: of the choice, and of the table.
state = State
emails = Emails
filter-all = All
filter-queued = Waiting
filter-sent = Sent
filter-refused = Refused
filter-dropped = Not needed
filter = Filter
no-emails = No emails.
# The heads of the columns.
recipient = Recipient
kind = Kind
status = Status
created = Created
# What became of an email. After “sent” stands the time.
queued = waiting
retried = failed, will be tried again
sent = sent
refused = refused
dropped = not needed

# Advice below the log. $record and $place are code.
spam = If emails land in spam
spam-about = Mail servers trust a sender whose domain says who may send for it. Set these DNS records for <code>{ $host }</code>:
spam-about-setting = Mail servers trust a sender whose domain says who may send for it. Set these DNS records for the domain of <code>{ $setting }</code>:
spf = <b>SPF</b>: a TXT record that names your mail server, such as <code>{ $record }</code>.
dkim = <b>DKIM</b>: your mail server signs emails. Publish its public key as a TXT record at <code>{ $place }</code>.
dmarc = <b>DMARC</b>: a TXT record at <code>{ $place }</code>, such as <code>{ $record }</code>. It says what to do with emails that fail both.
reverse-dns = The address of the mail server also needs a reverse DNS name that leads back to it.

# The log of received emails, for admins. The outcomes are also the choices of its filter.
received-emails = Received emails
sent-emails = Sent emails
received-about = emails to the site in the last 30 days
received-hint = The name is that of the account whose address the email was sent to. Emails to unknown addresses are refused at once and aren't listed. Failed emails are also under “Jobs”.
sender = Sender
received-at = Received
message = Message
outcome-posted = Posted
outcome-held = Waits for approval
outcome-returned = Refused and sent back
outcome-unanswered = Refused without an answer: there were too many
outcome-automatic = Dropped: sent by a program
outcome-bounce = Report that an email wasn't delivered
outcome-ignored = Dropped
outcome-failed = Failed because of an error, and sent back
