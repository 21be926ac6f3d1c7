# Bots and webhooks of a group, or webhooks of the site.
bots-and-webhooks = Bots and webhooks
webhooks = Webhooks
# The parts of titles: “Bots and webhooks · Admin”.
admin = Admin
group-settings = Settings
# A secret that was just created. $example is a command.
copy = Copy this now. You won't be able to see it again.
try-out = Try it out: <code>{ $example }</code>
done = Done

# Bots of a group.
bots = Bots
bots-about = A bot is an account for a program. The admins of this group are responsible for its bots.
# A tag.
bot = bot
# $day is a date.
created = created { $day }
manage = Manage
manage-bot = Manage { $name }
bot-username = Username of the new bot
create-bot = Create bot

# Incoming webhooks.
incoming = Incoming webhooks
incoming-about = When a program sends a request to a secret URL, a bot posts it to a topic. The request can be plain text, JSON with a “text” field, or an event from GitHub, GitLab, Forgejo, Gitea, or Grafana.
# A tag: requests must be signed.
signed = signed
posts-to = { $bot } posts to “{ $topic }”
# $time is a relative time.
last-used = last used { $time }
never-used = never used
revoke = Revoke
revoke-hook = Revoke { $name }
bot-first = Create a bot first. It will post the messages.
new-incoming = New incoming webhook
name = Name
choose-bot = Bot
topic = Topic
topic-hint = Paste the topic's URL from your browser's address bar.
only-signed = Accept only signed requests
only-signed-hint = GitHub, GitLab, Forgejo, and Gitea sign with a secret, which is shown with the URL
create-incoming = Create incoming webhook

# Outgoing webhooks.
outgoing = Outgoing webhooks
outgoing-of-group = Events in this group are sent to a URL, signed according to Standard Webhooks.
outgoing-of-site = Events in public groups are sent to a URL, signed according to Standard Webhooks. Other groups have their own webhooks.
# Tags of a webhook or an external auditor.
on = on
off = off
failing = failing
new-outgoing = New outgoing webhook
url = URL
url-hint = Where events are sent. Must start with https://.
events = Events
create = Create webhook

# External auditors.
auditors = External auditors
auditors-about = An external auditor is a program that checks each message in a public group before it's saved. It can accept, reject, hold, or change the message. It isn't asked about other groups and conversations, which site admins can't read either. Messages wait for its response, but never longer than the time limit.
# A number of milliseconds.
milliseconds = { $count } ms
rejects = rejects messages if it doesn't respond
accepts = accepts messages if it doesn't respond
# Buttons, with names for screen readers.
turn-on = Turn on
turn-on-auditor = Turn on { $name }
turn-off = Turn off
turn-off-auditor = Turn off { $name }
delete = Delete
delete-auditor = Delete { $name }
new-auditor = New external auditor
time-limit = Time limit in milliseconds
time-limit-hint = How long a message waits for a response.
no-response = If it doesn't respond
accept-messages = Accept messages
reject-messages = Reject messages
create-auditor = Create external auditor

# The page of a webhook.
created-by = created by { $name }
# $reason is a sentence.
is-off = This webhook is off. Pending events are sent when you turn it on again.
is-off-because = This webhook is off. { $reason } Pending events are sent when you turn it on again.
failing-since = Every delivery has failed since { $time }. After five days, the webhook is turned off.
send-test = Send test event
delete-webhook = Delete webhook
deliveries = Deliveries
no-deliveries = No deliveries yet. They stay here for a week.
message = message { $id }
send-again = Send again
send-delivery-again = Send again: delivery { $id }
# What became of a delivery. $status is a number of HTTP.
sent = sent, response { $status }
skipped = skipped
failed = failed after { $count } attempts
waiting = waiting
retried = response { $status }, will be tried again
retried-without-response = no response, will be tried again
