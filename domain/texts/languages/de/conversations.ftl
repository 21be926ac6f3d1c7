new = Neue Nachricht
to = An
to-hint = Benutzernamen, durch Kommas getrennt. Nur diese Personen können sie lesen.
subject = Betreff (optional)
message = Nachricht
send = Senden
syntax = `Code`, > Zitat, @Name

add = Personen hinzufügen
people = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
}: { $names }
whom = Personen
whom-hint = Benutzernamen, durch Kommas getrennt. Sie sehen nur Nachrichten, die nach dem Hinzufügen geschrieben werden.
cancel = Abbrechen
