skip = Zum Inhalt springen

groups = Gruppen
menu = Menü
notices = Mitteilungen
mentions = Erwähnungen
sign-in = Anmelden

site = Site
main-menu = Hauptmenü
this-page = Diese Seite

notice = Hinweis
hide-notice = Hinweis ausblenden
waiting = Dein Konto wartet auf Freigabe. Bis dahin kannst du öffentliche Gruppen lesen. <a href="/">Mehr erfahren</a>
read-only = Die Site kann gerade nur gelesen werden: Schreiben und Bearbeiten sind angehalten.
new-version = Neue Version
accept-again = Es gibt eine neue Version. Bitte lies und akzeptiere { $pages }.
accept = Akzeptieren
page-link = <a href="/-/pages/{ $page }" target="_blank">{ $name }</a>
undo = Rückgängig machen

offline = Du bist offline. Neue Nachrichten erscheinen, sobald du wieder verbunden bist.
reconnecting = Verbindung wird wiederhergestellt …
signed-out = Du bist abgemeldet. Lade die Seite neu, um dich wieder anzumelden.

search = Suche
go-to = Gehe zu …
go-to-keys = Strg K
unread = Ungelesen
my-groups = Meine Gruppen
private = privat
closed = geschlossen
muted = stumm
conversations = Unterhaltungen
all-groups = Alle { $count } Gruppen
invitations = Einladungen
bookmarks = Lesezeichen
drafts = Entwürfe
new-message = Neue Nachricht
discover-groups = Gruppen entdecken
new-group = Neue Gruppe
admin = Admin
settings = Einstellungen
sign-out = Abmelden
home = Startseite
create-account = Konto erstellen

back-to = Zurück zu { $place }
back-to-unread = Zurück zu Ungelesenem
search-here = Hier suchen
top = Nach oben
bottom = Nach unten

online-now = Gerade online
and-more = und { $count } weitere

pages = Seiten
newer = ← Neuere
older = Ältere →

image-file = Bilddatei
upload-image = Bild hochladen
remove-image = Bild entfernen

email-hint = Damit kannst du dein Passwort zurücksetzen. Wir senden dir einen Link, mit dem du die Adresse bestätigst. Nur du und die Site-Admins können sie sehen.
email-hint-without-mail = Nur du und die Site-Admins können sie sehen. Diese Site kann keine E-Mails senden.
report-hint = Du bekommst eine Bestätigung und die Entscheidung per E-Mail. Nur Site-Admins können deine Adresse sehen, und sie wird nach der Entscheidung gelöscht.
report-hint-without-mail = Diese Site kann keine E-Mails senden. Nur Site-Admins können deine Adresse sehen, und sie wird nach der Entscheidung gelöscht.

browser-on = { $browser } unter { $system }

by-in = { $name } in { $title }
reply-in = Re: { $title } · { $group }
quoted-from = { $name } in <a href="{ $url }">{ $title }</a>
