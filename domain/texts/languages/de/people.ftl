bot = Bot
managed-by = verwaltet von { $person }
managed-by-group = verwaltet von der Gruppe <a href="/{ $slug }/">{ $name }</a>
managed-by-some-group = verwaltet von einer Gruppe
deleted-account = gelöschtes Konto
imported-account = importiertes Konto
joined = dabei seit { $day }
edit = Bearbeiten
send-message = Nachricht senden
ignore = Ignorieren
stop-ignoring = Nicht mehr ignorieren
manage-account = Konto verwalten
groups = Gruppen
ignoring = Du ignorierst { $name }. Diese Nachrichten sind eingeklappt und zählen nicht als ungelesen. Die Person erfährt nichts davon.
recent-messages = Neueste Nachrichten
no-messages = Noch keine Nachrichten, die du lesen kannst.
pages = Seiten
older = Ältere →

unknown-browser = Unbekannter Browser
