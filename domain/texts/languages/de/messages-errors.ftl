original-gone = Die Nachricht, auf die du antwortest, wurde gelöscht oder verschoben. Brich die Antwort ab, um deinen Text für sich zu posten.
message-too-long = Nachrichten können höchstens { $most } Zeichen haben.
nothing-to-preview = Schreibe etwas für die Vorschau.

only-author = Das kann nur, wer die Nachricht geschrieben hat.
changed-meanwhile = Jemand anderes hat diese Nachricht geändert, während du sie bearbeitet hast. Kopiere deinen Text und bearbeite die Nachricht noch einmal.
moved-save-again = Ein Moderator hat diese Nachricht gerade verschoben. Speichere deine Änderungen noch einmal.
changed-save-again = Diese Nachricht hat sich gerade geändert. Speichere deine Änderungen noch einmal.
moved-delete-again = Ein Moderator hat diese Nachricht gerade verschoben. Öffne sie noch einmal, um sie zu löschen.
history-for-few = Den Verlauf einer Nachricht sehen nur, wer sie geschrieben hat, und die Moderatoren der Gruppe.
restore-for-moderators = Nur ein Moderator kann diese Nachricht wiederherstellen.
restore-for-admins = Ein Site-Admin hat alles gelöscht, was diese Person geschrieben hat. Nur ein Site-Admin kann es wiederherstellen.

wiki-is-first = Nur die erste Nachricht eines Themas kann ein Wiki sein.
wiki-attachment = Den Anhang eines Wikis kann nur ändern, wer die Nachricht geschrieben hat.
moved-open-again = Ein Moderator hat diese Nachricht gerade verschoben. Öffne sie noch einmal.

author-cannot-post = Die Person, die das geschrieben hat, kann dort nicht mehr schreiben.
author-restricted = Das Konto der Person, die das geschrieben hat, ist gesperrt oder gelöscht.
author-cannot-read = Das Thema wurde gelöscht, oder die Person, die das geschrieben hat, kann es nicht mehr lesen.

you-ignore = Du ignorierst { $name }. Hebe das auf, um eine Nachricht zu senden.
accepts-none = { $name } nimmt keine Nachrichten von dir an.
add-someone = Füge mindestens eine Person hinzu.
add-someone-else = Füge außer dir noch jemanden hinzu.
already-there = Alle sind schon in dieser Unterhaltung.
conversation-full = Eine Unterhaltung kann höchstens { $most } Personen haben.
export-in-settings = Um deine Unterhaltungen zu exportieren, lade deine Daten in den Einstellungen herunter.
export-too-large = Diese Gruppe ist zu groß zum Herunterladen. Wer diese Site betreibt, kann sie auf dem Server exportieren.

poll-closed = Diese Umfrage ist beendet.
poll-changed = Diese Umfrage hat sich gerade geändert. Lade die Seite neu und stimme noch einmal ab.
choose-from-options = Wähle aus den Antworten dieser Umfrage.
choose-one = Wähle nur eine Antwort.
moved-close-again = Ein Moderator hat diese Nachricht gerade verschoben. Öffne sie noch einmal, um die Umfrage zu beenden.
votes-anonymous = Die Stimmen in dieser Umfrage sind anonym.
results-hidden = Das Ergebnis dieser Umfrage ist noch nicht sichtbar.

enter-question = Gib eine Frage ein.
question-too-long = Fragen können höchstens { $most } Zeichen haben.
enter-options = Gib 2 bis { $most } Antworten ein.
option-too-long = Antworten können höchstens { $most } Zeichen haben. Kürze „{ $start }…“.
option-twice = „{ $option }“ kommt zweimal vor.
closes-in-past = Wähle einen Zeitpunkt in der Zukunft.
closes-at = Gib Datum und Uhrzeit ein, zum Beispiel 2027-01-31T18:00:00Z.
poll-has-votes = Diese Umfrage kann nicht mehr geändert werden, weil schon jemand abgestimmt hat.
poll-version = Umfragen gibt es nur in Version 1.
poll-invalid = Die Umfrage ist ungültig: { $error }.

attachment-stays = Beim Bearbeiten kann eine Nachricht keinen Anhang bekommen, und die Art ihres Anhangs kann sich nicht ändern.
kind-disabled = Ein Site-Admin hat diese Art von Anhang ausgeschaltet.
kind-retired = Diese Version der Art ist stillgelegt.
kind-unknown = Die Art von Anhang „{ $name }“ gibt es in dieser Version nicht.
data-too-long = Die Daten können höchstens { $most } KiB haben.
rows-at-most = Ein Anhang kann höchstens { $most } Zeilen haben.

the-data = Der Wert
must-be = { $place } muss { $value } sein.
must-be-one-of = { $place } muss einer dieser Werte sein: { $values }.
must-be-of-type = { $place } muss vom Typ { $name } sein.
must-be-least = { $place } muss mindestens { $least } sein.
must-be-most = { $place } darf höchstens { $most } sein.
must-be-long = { $place } muss mindestens { $least } Zeichen lang sein.
must-be-short = { $place } darf höchstens { $most } Zeichen lang sein.
must-list-least = { $place } muss eine Liste mit mindestens { $least ->
    [one] { $least } Eintrag
   *[other] { $least } Einträgen
} sein.
must-list-most = { $place } darf höchstens eine Liste mit { $most ->
    [one] { $most } Eintrag
   *[other] { $most } Einträgen
} sein.
is-missing = { $place } fehlt.
is-no-field = { $place } ist kein Feld dieser Art.

kinds-at-most = Ein Konto kann höchstens { $most } Arten von Anhängen haben; Versionen zählen mit.
kind-name = Verwende 1 bis { $most } Kleinbuchstaben, Ziffern und Bindestriche. Das erste Zeichen muss ein Buchstabe sein.
version-exists = Diese Version gibt es schon. Verwende eine höhere Zahl.
no-property = Das Schema hat keine Eigenschaft { $name }.
no-property-to-show = Das Schema hat keine Eigenschaft { $name }, die dieses Layout zeigen kann.
table-needs-rows = Das Layout „table“ braucht eine Eigenschaft „rows“: ein Array von Objekten.
rows-need-properties = Die Objekte in „rows“ brauchen Eigenschaften.
list-needs-items = Das Layout „list“ braucht eine Eigenschaft „items“: ein Array.
fields-at-most = Höchstens { $most } Felder können angezeigt werden. Führe sie hier auf.

schema-too-long = Das Schema kann höchstens { $most } KiB haben.
schema-of-object = Das Schema muss "type": "object" enthalten.
schema-dialect = $schema: Nur https://json-schema.org/draft/2020-12/schema wird unterstützt.
schema-at = { $at }: { $problem }
schema-is-object = Ein Schema muss ein Objekt sein.
schema-too-deep = Schemas können höchstens { $most } Ebenen tief verschachtelt sein.
schema-keyword = Das Schlüsselwort { $keyword } wird nicht unterstützt. Unterstützt werden: { $known }.
schema-value = Der Wert von { $keyword } ist ungültig.
schema-too-many = { $keyword } kann höchstens { $most } Einträge haben.
