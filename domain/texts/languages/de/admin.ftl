admin = Admin
overview = Übersicht
people = Personen
sign-ups = Registrierungen
groups = Gruppen
pages = Seiten
reports = Meldungen
approval-queue = Freigabe-Warteschlange
rules = Regeln
webhooks = Webhooks
attachments = Anhänge
log = Protokoll
email = E-Mail
jobs = Aufträge
settings = Einstellungen

status = Status
actions = Aktionen

missing-pages = Diese Site hat { $missing ->
    [imprint] kein <a href="/admin/pages/imprint">Impressum</a>
    [contact] keine <a href="/admin/pages/contact">Kontaktseite</a>
   *[both] kein <a href="/admin/pages/imprint">Impressum</a> und keine <a href="/admin/pages/contact">Kontaktseite</a>
}. In vielen Ländern, zum Beispiel in der EU, schreibt das Gesetz vor, dass eine Site sagt, wer sie betreibt und wie man diese Person erreicht.
health = Zustand
ok = OK
problem = Problem
send-test = Test-E-Mail senden
now = Jetzt
over-time = Statistik im Zeitverlauf →

first-steps = Erste Schritte
done = erledigt
to-do = offen
name-site = Gib deiner Site einen Namen
site-called = Sie heißt { $name }. <a href="/admin/settings">Namen ändern</a>
site-address = Ihre Adresse ist { $url }.
only-this-computer = Nur dieser Computer kann sie öffnen: Setze <code>KLATCH_BASE_URL</code> und starte Klatch neu.
check-email = Prüfe, ob E-Mails ankommen
no-mail-server = Kein Mailserver ist eingerichtet. Setze <code>KLATCH_SMTP_URL</code> und <code>KLATCH_MAIL_FROM</code> und starte Klatch neu. Bis dahin werden keine E-Mails gesendet: Klatch speichert sie als Dateien im Ordner <code>mail</code> des Datenordners.
mail-untested = Ein Mailserver ist eingerichtet, aber noch niemand hat ihn getestet.
mail-works = Der Mailserver hat { $time } eine Test-E-Mail angenommen.
mail-failed = Der letzte Test ist { $time } fehlgeschlagen: { $why }
test-to = an { $address }
add-address = <a href="/-/settings/mail">Gib deine E-Mail-Adresse an</a>, um eine Test-E-Mail zu senden.
create-first-group = Erstelle die erste Gruppe
create-a-group = Gruppe erstellen
invite-people = Lade andere ein
anyone-signs-up = Unter { $url }/-/sign-up können sich alle registrieren.
create-invitation = Einladungslink erstellen
hide-card = Diese Karte ausblenden

waiting = { $count ->
    [one] { $count } wartet
   *[other] { $count } warten
}
who-can-sign-up = Wer sich registrieren kann
copy-link = Kopiere den Link jetzt. Er wird nicht noch einmal angezeigt.
invite-link = Einladungslink
waiting-title = Warten auf Freigabe
unconfirmed = { $email }, nicht bestätigt
no-email = keine E-Mail-Adresse
approve = Freigeben
approve-named = { $name } freigeben
decline = Ablehnen
decline-named = { $name } ablehnen
selected = Ausgewählte:
declined-title = Kürzlich abgelehnt
approve-after-all = Doch freigeben
approve-after-all-named = { $name } doch freigeben
invite-links = Einladungslinks
anyone-with-link = Wer diesen Link hat, kann sich registrieren
used-and-left = { $used }-mal benutzt, noch { $left }-mal benutzbar
revoke = Widerrufen
revoke-named = Einladungslink { $id } von { $name } widerrufen
create-invite-link = Einladungslink erstellen
most-uses = Wie oft benutzbar
expires-after = Gültigkeit (Tage)
create-link = Link erstellen

count-groups = { $count ->
    [one] { $count } Gruppe
   *[other] { $count } Gruppen
}
deleted-groups = Gelöschte Gruppen
name = Name
visibility = Sichtbarkeit
all-groups = Alle Gruppen
no-groups = Noch keine Gruppen. <a href="/-/groups/new">Erstelle die erste</a>.
no-groups-found = Keine Gruppen gefunden.
group = Gruppe
members = Mitglieder
topics = Themen
messages = Nachrichten
last-message = Letzte Nachricht
edit = Bearbeiten
edit-named = { $name } bearbeiten oder archivieren
delete-named = { $name } löschen
no-deleted-groups = In den letzten 30 Tagen wurden keine Gruppen gelöscht. Eine gelöschte Gruppe kannst du hier 30 Tage lang wiederherstellen.
restore-group = Gruppe wiederherstellen
restore-group-named = Gruppe wiederherstellen: { $name }

open-reports = { $count ->
    [one] { $count } offen
   *[other] { $count } offen
}
no-reports = Keine offenen Meldungen
no-reports-hint = Hier erscheinen Meldungen aus Unterhaltungen und aus Gruppen, die du lesen kannst.
nothing-to-review = Nichts zu prüfen
nothing-to-review-hint = Hier erscheinen Nachrichten aus Gruppen, die du lesen kannst, wenn sie auf Freigabe warten.

moderation-log = Moderationsprotokoll
log-hint = alle Aktionen von Moderatoren und Admins; nichts davon kann geändert werden
public-log = Öffentliches Protokoll
log-by = Von
affected-user = Betroffene Person
action = Aktion
all-actions = Alle Aktionen
clear-filters = Filter zurücksetzen
no-matching-actions = Keine passenden Aktionen.
older = Ältere →

jobs-waiting = { $count ->
    [one] { $count } wartet
   *[other] { $count } warten
}
jobs-running = { $count ->
    [one] { $count } läuft
   *[other] { $count } laufen
}
jobs-failed = { $count } fehlgeschlagen
no-jobs = Keine Aufträge in der Warteschlange
no-jobs-hint = Alle Hintergrundarbeit ist erledigt.
job = Auftrag
attempts = Versuche
created = Erstellt
job-state = { $state ->
    [running] läuft
    [failed] fehlgeschlagen
   *[ready] bereit
}
retry = Erneut versuchen
retry-named = Auftrag { $id } erneut versuchen
discard = Verwerfen
discard-named = Auftrag { $id } verwerfen
