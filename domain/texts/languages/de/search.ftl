title = Suche
title-of = { $query } · Suche
search-messages = Nachrichten durchsuchen
search-in = Suchen in
everywhere = Überall
only-in-topic = Nur in „{ $title }“
search = Suchen
more-options = Weitere Optionen
from = Von
username = Benutzername
topic-title = Titel des Themas
on-or-after = Ab
before = Vor
contains = Enthält
anything = Beliebiges
a-link = einen Link
an-image = ein Bild
code = Code
show = Zeige
all-messages = alle Nachrichten
resolved-topics = gelöste Themen
messages-starred = Nachrichten mit meinem Stern
my-messages = meine Nachrichten
unread-messages = ungelesene Nachrichten

did-you-mean = Meintest du <a href="{ $url }">{ $query }</a>?
matching = Passende Gruppen, Themen und Personen
groups = Gruppen:
topics = Themen:
people = Personen:
nothing-asked = Durchsuche alle Nachrichten, die du lesen kannst.
no-more-results = Keine weiteren Treffer
nothing-found = Nichts gefunden
no-results = Keine Treffer für „{ $query }“.
no-results-in = Keine Treffer für „{ $query }“ in { $group }.
try-fewer = Versuche es mit weniger Wörtern.
try-fewer-or-everywhere = Versuche es mit weniger Wörtern oder <a href="{ $url }">suche überall</a>.
no-word = Keine Treffer für dieses Wort. Diese Nachrichten enthalten ähnliche Wörter.
loose = { $count ->
    [0] Kein Treffer enthält alle diese Wörter. Diese enthalten die meisten davon oder ähnliche Wörter.
    [1] Ein Treffer enthält alle diese Wörter. Die anderen enthalten die meisten davon.
   *[other] { $count } Treffer enthalten alle diese Wörter. Die anderen enthalten die meisten davon.
}
order = Reihenfolge
relevance = Relevanz
newest = Neueste
results = { $count ->
    [one] { $count } Treffer
   *[other] { $count } Treffer
}
filter = Treffer filtern
group = Gruppe:
author = Von:
year = Jahr:
more-in-topic = { $count ->
    [one] { $count } weiterer Treffer in diesem Thema
   *[other] { $count } weitere Treffer in diesem Thema
}
pages = Seiten
back = ← Zurück
more = Mehr →

how-to = So suchst du
how-to-about = Treffer enthalten alle deine Wörter. Das letzte Wort kann unvollständig sein. Wenn es nur wenige Treffer gibt, folgen Nachrichten mit den meisten der Wörter.
help-phrase = genau diese Wortfolge, in einer Nachricht oder einem Titel
help-or = eines der beiden Wörter
help-not = ohne dieses Wort
help-start = Wörter, die so anfangen
help-from = von dieser Person
help-in = in der Gruppe mit dieser URL
help-title = in Themen mit diesem Wort im Titel
help-emoji = dieses Emoji, egal wie es eingegeben wurde
help-date = nach Datum: ein Tag, ein Monat oder ein Jahr
help-has = danach, was die Nachricht enthält
help-site = mit einem Link zu dieser Website
help-resolved = in Themen, die als gelöst markiert sind
help-own = Nachrichten mit deinem Stern, von dir oder ungelesen

kind-complete = Ergänzen
kind-group = Gruppe
kind-topic = Thema
kind-person = Person

go-to = Gehe zu
name-of = Name einer Gruppe, eines Themas oder einer Person
name-hint = Gruppe, Thema oder Person
go = Los
section-groups = Gruppen
section-topics = Themen
section-conversations = Unterhaltungen
section-people = Personen
type-name = Gib den Namen einer Gruppe, eines Themas oder einer Person ein.
no-name = Keine Gruppe, kein Thema und keine Person heißt „{ $name }“.
search-for = Nachrichten nach „{ $query }“ durchsuchen
