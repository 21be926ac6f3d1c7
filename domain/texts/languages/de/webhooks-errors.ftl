enter-name = Gib einen Namen ein.
not-in-conversations = Eine Unterhaltung kann keine Webhooks haben.

choose-event = Wähle mindestens ein Ereignis.
too-many = Mehr Webhooks sind nicht möglich. Lösche zuerst einen.

choose-bot = Wähle einen Bot.
topic-url = Gib die URL eines Themas in dieser Gruppe ein.
too-many-incoming = Diese Gruppe kann nicht mehr eingehende Webhooks haben. Widerrufe zuerst einen.
bot-banned = Dieser Bot ist für die Gruppe gesperrt.
bot-deleted = Das Konto dieses Bots oder der Person, der er gehört, wurde gelöscht.
bot-restricted = Dieser Bot oder die Person, der er gehört, ist gesperrt.
topic-moved = Das Thema wurde in eine andere Gruppe verschoben. Erstelle dort einen neuen Webhook.
signature = Die Signatur fehlt oder ist falsch. Prüfe das Geheimnis des Webhooks.
body-not-utf8 = Der Inhalt ist kein UTF-8.
body-not-json = Der Inhalt ist kein gültiges JSON: { $error }.
text-empty = Der Text ist leer.
unknown-request = Eine solche Anfrage kann nicht gepostet werden. Sende einen Text, JSON mit einem Feld "text" oder ein Ereignis von GitHub (push, pull_request, issues, issue_comment, release, workflow_run), GitLab, Forgejo, Gitea oder Grafana.

too-many-auditors = Mehr externe Prüfprogramme sind nicht möglich. Lösche zuerst eines.
