deleted = Eine Nachricht von { $person } wurde gelöscht.
deleted-by-moderator = Ein Moderator hat eine Nachricht von { $person } gelöscht.
restore = Nachricht wiederherstellen
view-text = Text ansehen
ignored = Ignorierte Nachricht von { $name }
bot = Bot
edited = bearbeitet
edited-at = Bearbeitet am { $time }
wiki = Wiki
wiki-hint = Alle Mitglieder können diese Nachricht bearbeiten
to = <span class="sr">Antwort auf </span><b>{ $name }:</b> { $excerpt }
to-ignored = <span class="sr">Antwort auf </span>{ $name } (von dir ignoriert)
to-deleted = <span class="sr">Antwort auf </span>eine gelöschte Nachricht
show-more = Mehr anzeigen
show-less = Weniger anzeigen
remove-previews = { $count ->
    [one] Vorschau entfernen
   *[other] Vorschauen entfernen
}
previews-stay = Die Vorschau wurde nicht entfernt.
starred-by = Stern von { $names }
names-and = { $names } und { $last }
names-and-others = { $names } und { $count ->
    [one] { $count } weiteren Person
   *[other] { $count } weiteren Personen
}
stars = { $count ->
    [one] Stern
   *[other] Sterne
}
replies = { $count ->
    [one] { $count } Antwort
   *[other] { $count } Antworten
}

star = Stern geben
reply = Antworten
bookmark = Lesezeichen
who-starred = Sterne ansehen
copy-link = Link kopieren
mark-unread = Ungelesen
mark-unread-hint = Ab hier als ungelesen markieren
report = Melden
edit = Bearbeiten
history = Verlauf
end-wiki = Wiki beenden
make-wiki = Zum Wiki machen
make-wiki-hint = Alle Mitglieder werden diese Nachricht bearbeiten können
delete = Löschen
split = Abtrennen

by-ignored = Von einer Person, die du ignorierst.
quote-deleted = Gelöscht.

table = Tabelle
edit-title = Nachricht bearbeiten
message = Nachricht
edit-hint = Sie wird als bearbeitet gekennzeichnet.
data-stays = Die angehängten Daten ändern sich nicht.
remove-data = Angehängte Daten entfernen
save = Speichern
cancel = Abbrechen

delete-message = Nachricht löschen
delete-heading = Diese Nachricht löschen?
reason = Grund (optional)
reason-hint = Ihn sehen die Person, die die Nachricht geschrieben hat, und alle, die sie gemeldet haben.
delete-about = Ein Platzhalter bleibt. Die Nachricht kann 30 Tage lang wiederhergestellt werden; danach ist ihr Text endgültig gelöscht.

history-title = Verlauf der Nachricht
by = Nachricht von { $name }
posted = geschrieben { $time }
edits = { $count }-mal bearbeitet
restorable = Diese Nachricht wurde gelöscht. Sie kann bis zum { $day } wiederhergestellt werden; danach ist ihr Text endgültig gelöscht.
readable = Ein Moderator hat diese Nachricht gelöscht. Du kannst sie hier bis zum { $day } lesen; danach ist ihr Text endgültig gelöscht.
original = Original
edit-number = { $number }. Bearbeitung
current = aktuell
too-long = Die Änderungen sind nicht markiert, weil der Text zu lang ist.
restore-version = Diese Version wiederherstellen

replies-title = Antworten
no-replies = Noch keine Antworten.
first-replies = Nur die ersten { $count } Antworten werden angezeigt.
