pinned = angeheftet
resolved = gelöst
locked = geschlossen
archived = archiviert

started-by = begonnen von { $person }, { $time }
messages = { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
}
mark-read = Als gelesen markieren
unfollow = Nicht mehr folgen
follow = Folgen
mute = Stummschalten
unmute = Nicht mehr stummschalten
muted-with-group = mit der Gruppe stummgeschaltet
people = Personen
add-people = Personen hinzufügen
leave = Verlassen
edit = Bearbeiten
delete = Löschen

people-here = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
} in dieser Unterhaltung
members = { $count ->
    [one] { $count } Mitglied
   *[other] { $count } Mitglieder
}
also-between = Andere Themen zwischen euch
also = Mehr in dieser Gruppe

first = Anfang
earlier = { $count ->
    [one] { $count } frühere Nachricht
   *[other] { $count } frühere Nachrichten
}
newer = { $count ->
    [one] { $count } neuere Nachricht
   *[other] { $count } neuere Nachrichten
}
latest = Ende
jump-to-date = Zum Datum springen
go = Los
timeline = Zeitleiste
timeline-place = { $seq } von { $total } · { $day }
timeline-first = <span class="sr">Erste Nachricht, </span>{ $day }
timeline-message = <span class="sr">Nachricht </span>{ $seq }
timeline-last = <span class="sr">Neueste Nachricht, </span>{ $day }
timeline-unread = Erste ungelesene

new-since = { $count } neu seit deinem letzten Besuch
empty = Noch keine Nachrichten.
post-first = Noch keine Nachrichten. Schreibe die erste.
mark-read-here = Bis hierher als gelesen markieren

read-only = Die Site kann gerade nur gelesen werden. Solange kannst du nichts schreiben.
continues = Zu dieser Unterhaltung sind Personen hinzugekommen. Sie geht in einem neueren Thema weiter.
topic-archived = Dieses Thema ist archiviert und kann nicht geändert werden.
when-approved = Du kannst antworten, sobald dein Konto freigegeben ist.
join-group = { $group } beitreten
guest-signs-in = Du liest als Gast. Melde dich an, um zu antworten.
sign-in = Anmelden
cannot-post = Du kannst dieses Thema lesen, aber nicht darin schreiben.

was-locked = { $person } hat das Thema geschlossen
was-unlocked = { $person } hat das Thema wieder geöffnet
was-pinned = { $person } hat das Thema angeheftet
was-unpinned = { $person } hat das Anheften des Themas aufgehoben
was-resolved = { $person } hat das Thema als gelöst markiert
was-reopened = { $person } hat das Thema als ungelöst markiert
was-archived = { $person } hat das Thema archiviert
was-unarchived = { $person } hat das Thema aus dem Archiv geholt
was-restored = { $person } hat das Thema wiederhergestellt
was-renamed = { $person } hat das Thema umbenannt (vorher „{ $title }“)
was-moved = { $person } hat das Thema hierher verschoben
split-off = { $person } hat { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
} nach <a href="{ $address }">{ $title }</a> verschoben
split-off-unnamed = { $person } hat { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
} in ein anderes Thema verschoben
split-from = { $person } hat dieses Thema mit Nachrichten aus <a href="{ $address }">{ $title }</a> erstellt
split-from-unnamed = { $person } hat dieses Thema mit Nachrichten aus einem anderen Thema erstellt
was-merged = { $person } hat ein anderes Thema mit diesem zusammengeführt: „{ $title }“

ignored = Ignoriertes Thema von { $name }
by-ignored = von einer Person, die du ignorierst
last-deleted = gelöschte Nachricht
no-messages = Noch keine Nachrichten
newest-message = <span class="sr">Neueste Nachricht, </span>{ $time }

edit-named = „{ $title }“ bearbeiten
edit-heading = Thema bearbeiten
title = Titel
title-hint = Die URL bleibt gleich, damit vorhandene Links weiter funktionieren.
save = Speichern
cancel = Abbrechen
status = Status
mark-resolved = Gelöst
mark-resolved-hint = Die Frage ist beantwortet. Alle können weiterhin schreiben.
resolve = Als gelöst markieren
reopen = Als ungelöst markieren
mark-pinned = Angeheftet
mark-pinned-hint = Steht in der Gruppe über den anderen Themen.
pin = Thema anheften
unpin = Nicht mehr anheften
mark-locked = Geschlossen
mark-locked-hint = Nur Moderatoren können schreiben.
lock = Thema schließen
unlock = Thema öffnen
mark-archived = Archiviert
mark-archived-hint = Niemand kann schreiben, Nachrichten bearbeiten oder ihnen Sterne geben.
archive = Thema archivieren
unarchive = Thema aus dem Archiv holen

move-topic = Thema verschieben
group = Gruppe
select-group = Gruppe auswählen
move-hint = Ihre Mitglieder können dann das ganze Thema lesen. Alte Links leiten weiter. Ein privates Thema kann nicht in eine öffentliche Gruppe verschoben werden.
split-or-merge = Teilen oder zusammenführen
merge-this = Mit einem anderen Thema zusammenführen
how-to-split = Um dieses Thema zu teilen, wähle „Abtrennen“ bei der ersten Nachricht des neuen Themas.

titles = Verlauf des Titels
original = Original
renamed = Umbenannt
current = aktuell
restore-title = Diesen Titel wiederherstellen

delete-named = „{ $title }“ löschen
delete-heading = Dieses Thema löschen?
delete-what = „{ $title }“ wird mit { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
} gelöscht. Ein Moderator kann das Thema 30 Tage lang wiederherstellen; danach ist es endgültig gelöscht.
delete-topic = Thema löschen

merge-named = „{ $title }“ zusammenführen
merge-heading = Dieses Thema mit einem anderen zusammenführen
merge-into = URL des anderen Themas
merge-into-hint = Kopiere sie aus der Adresszeile des Browsers. Das Thema kann in einer anderen Gruppe sein, die du moderierst.
merge-moves = { $count ->
    [one] { $count } Nachricht aus „{ $title }“ wird
   *[other] { $count } Nachrichten aus „{ $title }“ werden
} in zeitlicher Reihenfolge in das andere Thema eingefügt. Alte Links leiten weiter.
merge-undo = Ungelesene Nachrichten bleiben für alle ungelesen. Du kannst das nicht rückgängig machen, aber du kannst das Thema wieder teilen.
merge = Themen zusammenführen

split-named = „{ $title }“ teilen
split-heading = Dieses Thema teilen
split-first = Das ist die erste Nachricht des Themas. Wähle hier einzelne Nachrichten aus, oder <a href="/-/topics/{ $id }/edit">verschiebe das ganze Thema</a>.
new-title = Titel des neuen Themas
split-group-hint = Ihre Mitglieder können dann diese Nachrichten lesen. Private Nachrichten können nicht in eine öffentliche Gruppe verschoben werden.
to-move = Welche Nachrichten verschoben werden
move-later = Diese Nachricht und alle späteren: { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
}
move-selected = Nur die unten ausgewählten Nachrichten
split-about = Links, Sterne und Erwähnungen bleiben bei den Nachrichten, und gelesene Nachrichten bleiben gelesen. Beide Themen zeigen, dass du sie geteilt hast, aber den Titel des neuen Themas sehen nur Personen, die es lesen können.
split = Thema teilen
message-by = Nachricht { $number } von { $name }
only-these = Hier kannst du aus { $count } Nachrichten auswählen. Um spätere auszuwählen, beginne bei einer von ihnen.

following = Themen, denen du folgst
unread = Ungelesen
chosen = Themen, denen du folgst
chosen-or-written = Themen, denen du folgst oder in denen du geschrieben hast
change = Ändern
no-more = Keine weiteren Themen
follows-none = Du folgst noch keinen Themen
how-to-follow = Wähle „Folgen“ oben in einem Thema. Themen, denen du folgst, stehen auf deiner Seite „Ungelesen“ an erster Stelle.
how-to-follow-or-write = Schreibe in einem Thema, oder wähle oben „Folgen“. Themen, denen du folgst, stehen auf deiner Seite „Ungelesen“ an erster Stelle.
pages = Seiten
newest = ↑ Neueste
older = Ältere Themen →
