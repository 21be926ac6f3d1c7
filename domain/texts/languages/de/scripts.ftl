retry = Erneut versuchen
new-messages = { $count ->
    [one] { $count } neue Nachricht
   *[other] { $count } neue Nachrichten
}
messages = { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
}
members = { $count ->
    [one] { $count } Mitglied
   *[other] { $count } Mitglieder
}
replies = { $count ->
    [one] { $count } Antwort
   *[other] { $count } Antworten
}
place = { $seq } von { $total } · { $day }

just-now = gerade eben
minutes-ago = vor { $count } Min.
hours-ago = vor { $count } Std.
yesterday = gestern
days-ago = vor { $count } Tagen

not-done = Das hat nicht geklappt.
unanswered = Der Server hat nicht geantwortet.
offline = Du bist offline.
failed = Der Server hat einen Fehler gemeldet.
signed-out = Du wurdest abgemeldet. Melde dich in einem anderen Tab an und versuche es dann noch einmal.

sending = Wird gesendet …
waiting-offline = Wartet: Du bist offline.
waiting-for-first = Wartet auf die Nachricht darüber.
waiting-for-approval = Wartet auf Freigabe.
not-sent = Nicht gesendet. { $problem }
not-sent-but-saved = Nicht gesendet. { $problem } Dein Text ist gespeichert.
kept = Sie wurde aufgehoben, als du die Seite verlassen hast.
poll-first = Sende oder lösche zuerst deine Umfrage.
edit = Bearbeiten

page-gone = Diese Seite ist nicht mehr verfügbar. Dein Text bleibt hier, damit du ihn kopieren kannst.
form-gone = Das kann nicht mehr gesendet werden. Dein Text bleibt hier, damit du ihn kopieren kannst.

replying-to = Antwort auf { $name }
earlier-message = eine frühere Nachricht
spoiler = (Spoiler)
preview = Vorschau
keep-editing = Weiter bearbeiten
not-saved = Nicht gespeichert. { $problem }
message-deleted = Nachricht gelöscht.
undo = Rückgängig machen

formatting = Formatierung
bold = Fett
bold-sign = F
italic = Kursiv
italic-sign = K
code = Code
link = Link
quote = Zitieren
list = Liste
with-key = { $name } (Strg+{ $key })
suggestions = Vorschläge

uploads = Hochgeladene Dateien
uploading = { $name } wird hochgeladen
cancel = Abbrechen
too-large = Diese Datei ist zu groß.
not-uploaded = Nicht hochgeladen. { $problem }
image = Bild
describe = Dieses Bild beschreiben
describe-file = Beschreibe { $name } für Menschen, die es nicht sehen können
describe-image = Beschreibe das Bild für Menschen, die es nicht sehen können

link-copied = Link kopiert
copy-code = Code kopieren
copied = Kopiert
not-copied = Nicht kopiert
open-original = Original öffnen
close = Schließen

draft = Entwurf
not-confirmed = Nicht bestätigt, gesendet { $when }
delete-draft = Entwurf löschen
draft-deleted = Entwurf gelöscht
no-drafts = Keine Entwürfe
no-drafts-yet = Was du schreibst und nicht sendest, bleibt hier, bis du es sendest oder löschst.

show-password = Passwort anzeigen
characters-needed = { $count ->
    [one] Noch { $count } Zeichen nötig.
   *[other] Noch { $count } Zeichen nötig.
}
easy-to-guess = Leicht zu erraten. Füge noch ein oder zwei Wörter hinzu.
good-password = Gut. Länger ist noch besser.
strong-password = Stark.

go-to = Gehe zu
go-to-places = Gruppen, Themen und Personen
go-to-name = Gruppe, Thema oder Person
go-to-label = Name einer Gruppe, eines Themas oder einer Person

keys = Tastenkürzel
keys-items = nächster oder vorheriger Eintrag
keys-open = Eintrag öffnen
keys-reply = antworten
keys-group = zurück zur Gruppe
keys-read = ungelesenes Thema als gelesen markieren, stummschalten
keys-search = suchen
keys-go = zu einer Gruppe, einem Thema oder einer Person gehen
keys-unread = ungelesene Nachrichten
keys-send = senden
keys-format = fett, kursiv, Link
keys-edit = deine letzte Nachricht bearbeiten
keys-show = Tastenkürzel anzeigen
keys-choice = Kürzel aus einer einzelnen Taste in diesem Browser verwenden
keys-choice-too = Diese Wahl steht auch auf der Hilfeseite.
ctrl = Strg
enter = Enter

offline-title = Du bist offline
offline-why = Ohne Verbindung lässt sich diese Seite nicht laden. Was du geschrieben hast, bleibt in diesem Browser.
