statistics = Statistik
period = Zeitraum
last-30-days = Letzte 30 Tage
last-365-days = Letzte 365 Tage

still-counted = Einige ältere Nachrichten werden noch gezählt. Lade diese Seite in einer Minute neu.
group-hint = Die Tage sind in UTC angegeben. Eine Antwort ist eine Nachricht von jemand anderem als der Person, die das Thema begonnen hat. Bots zählen nicht als Personen.
data = Daten
data-hint = Die Diagramme werden aus den Ereignissen der Gruppe berechnet. Du kannst die berechneten Daten als JSON ansehen oder sie verwerfen und neu berechnen.
recompute = Statistik neu berechnen

by-day = Pro Tag
recent = Zuletzt
site-hint = Die Tage sind in UTC angegeben. Die Zahlen von heute werden alle zehn Minuten aktualisiert, alles andere wird einmal pro Minute gemessen.

no-data = Noch keine Daten.
show-table = Als Tabelle anzeigen
sentence = { $title }: { $series }, { $from } bis { $until }; Maximum { $most }.
sentence-empty = { $title }: noch keine Daten.
both = { $first } und { $second }

number = { $number }
decimal = { $whole },{ $tenths }
milliseconds = { $number } ms
seconds = { $number } s
minutes = { $number } min
hours = { $number } h
days = { $number } Tage
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
