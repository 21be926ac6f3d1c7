# Errors of webhooks, incoming webhooks and external auditors.
enter-name = Enter a name.
not-in-conversations = A conversation can't have webhooks.

# Webhooks: other programs receive events.
choose-event = Choose at least one event.
too-many = You've reached the limit of webhooks. Delete one first.

# Incoming webhooks: other programs post as a bot.
choose-bot = Choose a bot.
topic-url = Enter the URL of a topic in this group.
too-many-incoming = This group has reached the limit of incoming webhooks. Revoke one first.
bot-banned = This bot is banned from the group.
# What the other program is told.
bot-deleted = The account of this bot or of its owner was deleted.
bot-restricted = This bot or its owner is suspended or banned.
topic-moved = The topic was moved to another group. Create a new webhook there.
signature = The signature is missing or wrong. Check the webhook's secret.
body-not-utf8 = The body is not UTF-8.
# $error is an English text of a library.
body-not-json = The body is not valid JSON: { $error }.
text-empty = The text is empty.
unknown-request = This is not a kind of request that can be posted. Send a text, JSON with a field "text", or an event of GitHub (push, pull_request, issues, issue_comment, release, workflow_run), GitLab, Forgejo, Gitea or Grafana.

# External auditors: other programs check messages before they are saved. In milliseconds.
too-many-auditors = The site has reached the limit of external auditors. Delete one first.
