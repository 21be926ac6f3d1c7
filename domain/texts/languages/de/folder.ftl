groups = Gruppen
search = Suche
search-of = Suche · { $site }
topics = { $count ->
    [one] { $count } Thema
   *[other] { $count } Themen
}
newer-topics = ← Neuere Themen
older-topics = Ältere Themen →
edited = bearbeitet
deleted = Gelöschte Nachricht
earlier-messages = ← Frühere Nachrichten
later-messages = Spätere Nachrichten →

search-messages = Nachrichten durchsuchen
needs-script = Die Suche braucht JavaScript.
loading = Wird geladen …
all-one = { $count } Nachricht
all-messages = { $count } Nachrichten
found-one = { $count } Treffer
found = { $count } Treffer
first-only = { $results }, die ersten { $most } sind zu sehen
