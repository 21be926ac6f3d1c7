by = von { $name }
members = { $count ->
    [one] { $count } Mitglied
   *[other] { $count } Mitglieder
}
people = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
}
topics = { $count ->
    [one] { $count } Thema
   *[other] { $count } Themen
}
messages = { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
}
deleted-at = gelöscht { $time }
restorable-until = kann bis { $day } wiederhergestellt werden
settings = Einstellungen
search = Suchen
save = Speichern
cancel = Abbrechen
delete = Löschen
sign-in = Anmelden
pages = Seiten
back = ← Zurück
more = Mehr →

public = Öffentlich
closed = Geschlossen
private = Privat
conversation = Unterhaltung
archived = Archiviert
public-tag = öffentlich
closed-tag = geschlossen
private-tag = privat
direct-tag = Unterhaltung
archived-tag = archiviert

discover = Gruppen entdecken
search-groups = Gruppen suchen
category = Kategorie
all-categories = Alle Kategorien
order = Reihenfolge
most-members = Meiste Mitglieder
latest-activity = Zuletzt aktiv
order-name = Name
none-in-category = In dieser Kategorie gibt es noch keine Gruppen.
none-to-discover = Noch gibt es keine Gruppen zu entdecken.
none-match = Keine Gruppen passen zu „{ $words }“.
create-group = Gruppe erstellen
moderation-log = Moderationsprotokoll
member-tag = Mitglied
last-active = zuletzt aktiv { $time }

requests = { $count ->
    [one] { $count } Anfrage
   *[other] { $count } Anfragen
}
reports = { $count ->
    [one] { $count } Meldung
   *[other] { $count } Meldungen
}
to-approve = { $count ->
    [one] { $count } Nachricht freizugeben
   *[other] { $count } Nachrichten freizugeben
}
add-people = Personen hinzufügen
invite = Einladen
feed = Feed
export = Exportieren
mark-read = Alles als gelesen markieren
mute = Stummschalten
unmute = Nicht mehr stummschalten
leave = Verlassen
about = Über die Gruppe
read-only = Die Site kann gerade nur gelesen werden. Solange gibt es keine neuen Themen.
start-topic = Thema beginnen
topic-title = Titel
message = Nachricht
post-topic = Thema posten
formatting = `Code`, > Zitat, @Name
join-later = Du kannst beitreten, sobald dein Konto freigegeben ist.
join-to-follow = Tritt bei, um zu schreiben und auf dem Laufenden zu bleiben.
join = Beitreten
still-banned = Du bist für diese Gruppe gesperrt. Lesen kannst du sie weiterhin.
guest-may-join = Du liest als Gast. Tritt bei, um zu schreiben.
guest = Du liest als Gast. Melde dich an, um beizutreten und zu schreiben.
pinned-topics = Angeheftete Themen
topics-title = Themen
no-more-topics = Keine weiteren Themen.
no-topics-start = Noch keine Themen. Stelle eine Frage, um das erste zu beginnen.
no-topics = Noch keine Themen.
newest = ↑ Neueste
older-topics = Ältere Themen →

members-tab = Mitglieder
requests-tab = Anfragen
invitations-tab = Einladungen
bans-tab = Gesperrt
reports-tab = Meldungen
queue-tab = Freigabe-Warteschlange
deleted-tab = Gelöschte Themen
log-tab = Protokoll

new-group = Neue Gruppe
edit-group = Gruppe bearbeiten
edit-named = { $name } bearbeiten
name = Name
url = URL
url-hint = Verwende Kleinbuchstaben, Ziffern und Bindestriche. Ist das Feld leer, entsteht die URL aus dem Namen. URLs privater Gruppen bekommen noch ein paar zufällige Zeichen.
description = Beschreibung
description-hint = Ein oder zwei Sätze, die neben jedem Thema stehen.
category-field = Kategorie unter „Gruppen entdecken“
visibility = Sichtbarkeit
public-choice = <b>Öffentlich</b> Alle können sie lesen, Mitglieder können schreiben.
closed-choice = <b>Geschlossen</b> Alle können sie finden, nur Mitglieder können sie lesen. Andere können eine Beitrittsanfrage senden.
private-choice = <b>Privat</b> Nur Mitglieder können sie lesen. Für alle anderen ist sie unsichtbar.
open-private = <b>Mehr Personen diese Gruppe lesen lassen</b> Nötig, um sie geschlossen oder öffentlich zu machen. Wer neu dazukommt, kann alles lesen, was bisher geschrieben wurde.
open-closed = <b>Mehr Personen diese Gruppe lesen lassen</b> Nötig, um sie öffentlich zu machen. Wer neu dazukommt, kann alles lesen, was bisher geschrieben wurde.
slow-mode = Langsamer Modus
slow-hint = Wie oft ein Mitglied in einem Thema schreiben oder ein neues beginnen kann. Für Moderatoren gilt das nicht.
slow-off = Aus
slow-every = Höchstens eine Nachricht in { $time }
hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
new-members = Neue Mitglieder
new-members-hint = Bis eine Nachricht freigegeben ist, sehen sie nur Moderatoren und wer sie geschrieben hat.
first-held = { $count ->
    [0] Keine Freigabe nötig
    [one] Erste Nachricht muss freigegeben werden
   *[other] Erste { $count } Nachrichten müssen freigegeben werden
}
history = Verlauf
image = Bild
image-hint = PNG, JPEG, GIF oder WebP, höchstens 8 MB. Es wird kreisförmig zugeschnitten. Alle, die die Gruppe finden können, können das Bild sehen.
rules = Regeln
rules-hint = Wörter und Muster, die abgelehnt, zur Freigabe zurückgehalten oder gemeldet werden.
group-rules = Regeln der Gruppe
bots-and-webhooks = Bots und Webhooks
statistics-hint = Nachrichten, Personen, Themen und Antworten pro Tag.
view-statistics = Statistik ansehen
archive = Gruppe archivieren
archive-hint = Wer die Gruppe jetzt lesen kann, kann es weiterhin. Niemand kann schreiben, beitreten oder etwas ändern.
unarchive = Gruppe aus dem Archiv holen
unarchive-hint = Mitglieder können dann wieder schreiben.
delete-hint = Löscht die Gruppe mit allen Themen und Nachrichten.

delete-group = Gruppe löschen
delete-named = { $name } löschen
delete-this = Diese Gruppe löschen?
delete-warning = Alle Themen und Nachrichten in { $name } werden gelöscht, { $members ->
    [one] für das eine Mitglied
   *[other] für die { $members } Mitglieder
} und alle anderen. Ein Site-Admin kann die Gruppe 30 Tage lang wiederherstellen; danach ist sie endgültig gelöscht. Damit alles lesbar bleibt, archiviere die Gruppe stattdessen.
confirm-name = Gib zur Bestätigung den Namen der Gruppe ein

export-group = Gruppe exportieren
export-named = { $name } exportieren
export-complete = Du bekommst eine ZIP-Datei mit allem in { $name }: Themen, Nachrichten mit ihrem Verlauf, Mitglieder und Sterne. Sie enthält auch gelöschte Nachrichten, die noch wiederhergestellt werden können. Veröffentliche sie also nicht. Der Export steht im Moderationsprotokoll der Gruppe.
export-readable = Du bekommst eine ZIP-Datei mit allem, was Mitglieder in { $name } lesen können: Themen, Nachrichten und Sterne. Das wurde nur für Mitglieder geschrieben. Veröffentliche es also nicht.
export-public = Du bekommst eine ZIP-Datei mit allem, was alle in { $name } lesen können: Themen, Nachrichten und Sterne.
export-hint = Du kannst die Datei in eine andere Klatch-Site importieren oder ihre JSON-Zeilen mit anderer Software verarbeiten. Sie enthält keine E-Mail-Adressen und keine Passwörter. Bei einer großen Gruppe kann es eine Minute dauern.
download-export = Export herunterladen

settings-history = Verlauf der Einstellungen
only-moderators = Nur Moderatoren sehen diese Seite.
earliest-version = Früheste Version
version = Version { $number }
current = aktuell
restore-version = Version { $number } wiederherstellen

deleted-topics-of = Gelöschte Themen in { $group }
no-deleted-topics = Keine gelöschten Themen
deleted-topics-hint = Gelöschte Themen können hier 30 Tage lang wiederhergestellt werden. Danach sind sie endgültig gelöscht.
restore-topic = Thema wiederherstellen
restore-topic-named = Thema wiederherstellen: { $name }

# Settings of a group: topics by email
email = E-Mail
email-hint = Mitglieder können Themen per E-Mail beginnen.
by-email = Themen per E-Mail
# Link on the page of a group
by-email-link = Per E-Mail
