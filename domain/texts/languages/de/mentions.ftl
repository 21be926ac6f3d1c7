mentions = Erwähnungen
mark-all-read = Alle als gelesen markieren
reply = Antwort
unread = neu
empty = Noch keine Erwähnungen
about = Wenn jemand <code>@{ $name }</code> in einer Nachricht schreibt, erscheint sie hier.
pages = Seiten
older = Ältere →
