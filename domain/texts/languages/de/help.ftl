title = Formatierung
markdown = Nachrichten verwenden Markdown.
you-type = Du schreibst
result = Ergebnis
mention = <a href="/-/help">@mira</a>, und Mira bekommt eine Benachrichtigung
link = Ein Link
link-or-image = Ein Link. Die URL eines Bildes zeigt das Bild.
plan = der Plan
dusk = Dämmerung
tonight = heute Abend
monday = Montag
tuesday = Dienstag
owl = die Eule war es
owl-sentence = Die Eule war es.
quote = 31 in einem Kasten
seeds = Samen
suet = Talg
in-winter = im Winter
clean = den Kasten reinigen
hang = ihn aufhängen
ladder = Leiter
screws = Schrauben
heading = Zählung im Frühling
column-box = Kasten
column-eggs = Eier
not-italic = nicht kursiv
either = <code>*{ $word }*</code> oder <code>_{ $word }_</code>
spoiler = Spoiler
box-done = Erledigt
box-to-do = Zu erledigen
heading-shown = <b>{ $title }</b>, als Überschrift. Nimm bis zu sechs # für kleinere.
rule = <code>---</code> zwischen zwei Absätzen
characters = Ein Backslash vor einem dieser Zeichen zeigt das Zeichen selbst. Rücke eine Zeile um zwei Leerzeichen ein, um sie dem Listenpunkt darüber unterzuordnen. Nenne nach <code>```</code> eine Sprache, um Code hervorzuheben.

polls = Umfragen
polls-about = „Umfrage hinzufügen“ unter einer Nachricht fügt eine Frage mit 2 bis 20 Antworten hinzu. Du wählst, ob man mehrere Antworten wählen kann, ob die Stimmen anonym sind, wann die Ergebnisse gezeigt werden und wann die Umfrage endet. Alle, die im Thema schreiben können, können abstimmen und ihre Stimme ändern oder zurückziehen, bis die Umfrage endet. Du und die Moderation könnt sie früher beenden. Bis jemand abstimmt, kannst du die Frage und die Antworten ändern. Danach kannst du die Umfrage nur noch mit ihren Stimmen entfernen: Bearbeite die Nachricht und wähle „Umfrage entfernen“.

shortcuts = Tastenkürzel
key-ctrl = Strg
key-enter = Enter
keys-next = Weiter, zurück
keys-open = Öffnen
keys-reply = Antworten
keys-up = Hinauf zur Gruppe
keys-read = Ungelesenes Thema als gelesen markieren, stummschalten
keys-search = Suchen
keys-go = Zu einer Gruppe, einem Thema oder einer Person gehen
keys-unread = Zu den ungelesenen Themen
keys-send = Senden
keys-style = fett, kursiv, Link
keys-edit = deine letzte Nachricht bearbeiten
keys-help = Diese Tastenkürzel zeigen
keys-choice = Kürzel aus einer einzelnen Taste in diesem Browser verwenden

wikis = Wikis
wikis-about = Die Moderation und die Person, die das Thema begonnen hat, können die erste Nachricht eines Themas zu einem Wiki machen. Dann können alle, die im Thema schreiben können, sie bearbeiten. Ihr Verlauf zeigt, wer was geändert hat, und stellt frühere Versionen wieder her.
drafts = Entwürfe
drafts-about = Was du schreibst und nicht sendest, bleibt in deinem Browser, bis du es sendest oder dich abmeldest.
view-drafts = Entwürfe ansehen
emails = E-Mails
emails-about = Erwähnungen, Antworten und Direktnachrichten, die du nicht innerhalb weniger Minuten gelesen hast, kommen per E-Mail, wenn deine Adresse bestätigt ist. <a href="/-/settings/notifications">Wähle, worüber du E-Mails bekommst</a>, oder schalte ein Thema oder eine Gruppe stumm.
images = Bilder und Dateien
images-about = Wähle Dateien aus, füge sie ein oder ziehe sie dorthin, wo du schreibst. Beschreibe ein Bild für Menschen, die es nicht sehen können. Klatch entfernt Orts- und Kameradaten aus Bildern. Eine Datei wird mit der letzten Nachricht gelöscht, die sie zeigt. Dateien, die keine Nachricht zeigt, werden nach einem Tag gelöscht.
images-elsewhere = Bilder in Nachrichten können auch auf anderen Websites liegen.
images-fetched = Dieser Server ruft sie ab und behält Kopien, damit diese Websites nicht sehen, wer eine Nachricht liest. Bilder, die nicht gezeigt werden können, werden zu Links.
images-linked = Sie werden als Links gezeigt. Dein Browser lädt nichts von diesen Websites, bis du einem Link folgst.
notifications = Benachrichtigungen
notifications-about = Dein Handy oder Computer kann dich über Erwähnungen, Antworten und Direktnachrichten benachrichtigen, während diese Site geschlossen ist. Schalte das für jedes Gerät in deinen <a href="/-/settings/push">Einstellungen</a> ein.
this-site = Diese Site
this-site-about = Die Seiten, die unten auf jeder Seite verlinkt sind, stammen von den Betreibern dieser Site.
touch = Tippe auf einem Touchscreen auf eine Nachricht, um ihr einen Stern zu geben oder zu antworten.

api = API
api-about = Programme können das Forum mit JSON über HTTP lesen und ändern, unter <code>/api/v1/</code>. Es gibt auch eine maschinenlesbare Beschreibung: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).
api-token = Sende ein API-Token im Header <code>Authorization: Bearer</code>. Erstelle Tokens in deinen <a href="/-/settings/tokens">Einstellungen</a>. Öffentliche Inhalte brauchen kein Token.
api-lists = Listen haben <code>items</code> und <code>next</code>. Um die nächste Seite zu bekommen, sende <code>next</code> als <code>cursor</code>. Auf der letzten Seite ist es null. IDs sind Zeichenketten, und Zeiten sind in UTC.
api-input = <code>{ $name }</code> ({ $place })
api-required-input = <code>{ $name }</code> ({ $place }, erforderlich)
api-input-about = <code>{ $name }</code> ({ $place }): { $about }
api-required-input-about = <code>{ $name }</code> ({ $place }, erforderlich): { $about }
api-response = Antwort: { $status }
api-response-of = Antwort: { $status }, <code>{ $object }</code>
api-errors = Fehler
api-errors-about = Ein Fehler ist ein Objekt mit <code>title</code>, <code>detail</code> und <code>status</code> (RFC 9457). Wenn Felder ungültig sind, zählt <code>errors</code> sie auf.
