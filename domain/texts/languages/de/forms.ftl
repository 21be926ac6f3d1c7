
choose-action = Wähle eine Aktion.
choose-whether = Wähle, ob du freigeben oder ablehnen möchtest.
choose-period = Wähle einen Zeitraum.
choose-role = Wähle eine Rolle.
choose-readers = Wähle, wer die Gruppe lesen kann.
choose-senders = Wähle, wer dir schreiben kann.
choose-sign-ups = Wähle, wer sich registrieren kann.
choose-images = Wähle, wie Bilder angezeigt werden.

not-approved =
    { $count ->
        [one] { $count } Nachricht konnte nicht freigegeben werden. Grund:
       *[other] { $count } Nachrichten konnten nicht freigegeben werden. Erster Grund:
    } { $why }

choose-how-often = Wähle, wie oft.
choose-frequency = Wähle täglich, wöchentlich oder nie.
enter-number = Gib eine Zahl ein.
choose-hour = Wähle eine Stunde von 0 bis 23.
choose-both-hours = Wähle beide Stunden oder keine.
choose-time-zone = Wähle eine Zeitzone.

press-attach = Drücke „Anhängen“, um die gewählten Dateien hochzuladen, oder entferne sie.
choose-file = Wähle eine Datei.
too-many-files = Du kannst höchstens { $most } Dateien auf einmal anhängen.
uploads-too-often = Das sind zu viele Dateien. Versuche es in { $wait } noch einmal.
choose-option = Wähle zuerst eine Antwort.
enter-date = Gib das Datum als Jahr, Monat und Tag ein, zum Beispiel 2011-05-03.
bookmarked = Lesezeichen gesetzt
bookmark-removed = Lesezeichen entfernt

slow-mode = { $noun ->
    [topic] Langsamer Modus: höchstens ein Thema in { $time }.
   *[message] Langsamer Modus: höchstens eine Nachricht in { $time }.
}
first-messages-wait = Deine ersten Nachrichten in dieser Gruppe warten auf Freigabe.
no-links-yet = Neue Konten können noch keine Links zu anderen Websites posten.
few-links = Neue Konten können in einer Nachricht höchstens { $count ->
    [one] { $count } Link
   *[other] { $count } Links
} zu anderen Websites posten.


new-webhook = Neuer Webhook
new-incoming-webhook = Neuer eingehender Webhook
new-auditor = Neues externes Prüfprogramm
secret = Geheimnis
url = URL

hook-bad-body = Der Inhalt ist zu groß oder beschädigt, oder er kam zu langsam an.
hook-gone = Unter dieser URL gibt es keinen Webhook. Vielleicht wurde er widerrufen.
hook-bad-text = Der Text kann nicht gepostet werden.
hook-too-many = Zu viele Nachrichten in kurzer Zeit. Versuche es später noch einmal.
hook-slow = Die Gruppe ist im langsamen Modus. Versuche es später noch einmal.
hook-bot = Dieser Bot kann nicht verwendet werden.
hook-later = Versuche es später noch einmal.
hook-failed = Bei uns ist etwas schiefgegangen.

ok = OK
check-database = Datenbank
check-writes = Schreiben in die Datenbank
check-bus = Nachrichtenbus
check-jobs = Aufträge
jobs-failed = { $count } fehlgeschlagen. Sieh sie dir auf der Seite „Aufträge“ an
check-search = Suche
no-index = dieser Prozess hat keinen Index
check-backup = Datensicherung
no-backup = noch keine
backup-fresh = weniger als eine Stunde alt
backup-hours = { $hours ->
    [one] { $hours } Stunde alt
   *[other] { $hours } Stunden alt
}
backup-days = { $days } Tage alt
check-email = E-Mail
no-mail-server = kein Mailserver ist eingerichtet. Setze KLATCH_SMTP_URL
mail-test-failed = der letzte Test ist fehlgeschlagen: { $why }
mail-untested = noch nicht getestet
check-proxy = Proxy
untrusted-proxy = { $address } leitet Anfragen weiter, ist aber kein vertrauenswürdiger Proxy. Deshalb teilen sich alle, die darüber kommen, ein Limit. Füge die Adresse zu KLATCH_TRUSTED_PROXIES hinzu

count-of-people = Personen
online = { $count } online
count-of-groups = Gruppen
count-of-topics = Themen
count-of-messages = Nachrichten
jobs-waiting = Wartende Aufträge
oldest = ältester: { $seconds } s
indexed = Suchindex
index-up-to-date = Nachrichten und Themen, auf dem neuesten Stand
index-behind = Nachrichten und Themen; { $count } Änderungen stehen noch aus
index-in-work = Nachrichten und Themen; Index wird aufgebaut

chart-messages = Nachrichten
chart-people = Personen, die geschrieben haben
chart-accounts = Neue Konten
chart-by-group = Nachrichten nach Gruppe
chart-topics = Neue Themen
chart-answers = Antworten
chart-first-answer = Zeit bis zur ersten Antwort
chart-live-hour = Offene Live-Verbindungen, letzte Stunde
chart-live-day = Offene Live-Verbindungen, letzter Tag
chart-delivery = Zustellzeit, letzte Stunde
chart-jobs = Aufträge, letzter Tag
chart-index = Suchindex, letzter Tag
chart-disk = Speicherplatz, letzter Tag

most-active = aktivste Gruppen
now = jetzt { $value }
median-of = Median { $time }
count-messages = { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
}
count-people = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
}
count-accounts = { $count ->
    [one] { $count } Konto
   *[other] { $count } Konten
}
count-topics = { $topics ->
    [one] { $topics } Thema
   *[other] { $topics } Themen
}, davon { $answered } beantwortet
count-answers = { $count ->
    [one] { $count } Antwort
   *[other] { $count } Antworten
}

day = Tag
group = Gruppe
time = Zeit (UTC)
all-conversations = Alle Unterhaltungen
messages = Nachrichten
people = Personen
accounts = Konten
topics = Themen
answers = Antworten
median = Median
connections = Verbindungen
waiting = wartend
failed = fehlgeschlagen
documents = Nachrichten und Themen
database = Datenbank
search-index = Suchindex
