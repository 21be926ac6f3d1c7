your-vote = deine Stimme
share = { $votes ->
    [one] { $votes } Stimme
   *[other] { $votes } Stimmen
} ({ $percent }{ "\u00A0" }%)
voters = { $count ->
    [one] { $count } Person hat abgestimmt
   *[other] { $count } Personen haben abgestimmt
}.
closed = Diese Umfrage ist beendet.
choose-any = Wähle eine oder mehrere Antworten.
choose-one = Wähle eine Antwort.
ends = Die Umfrage endet am <time datetime="{ $iso }">{ $time }</time>.
results-after-vote = Das Ergebnis siehst du, wenn du abgestimmt hast.
results-at-end = Das Ergebnis ist zu sehen, wenn die Umfrage endet.
anonymous = Die Stimmen sind anonym.
open-votes = Alle können sehen, wer abgestimmt hat.
who-voted = Wer abgestimmt hat

vote = Abstimmen
change-vote = Stimme ändern
not-saved = Deine Stimme wurde nicht gespeichert.
remove-vote = Stimme zurückziehen
not-removed = Deine Stimme wurde nicht zurückgezogen.
close = Umfrage beenden
not-closed = Die Umfrage wurde nicht beendet.

no-votes = Keine Stimmen.
first-votes = Nur die ersten Stimmen sind aufgeführt.

add = Umfrage hinzufügen
question = Frage
options = Antworten
options-hint = Eine Antwort pro Zeile, 2 bis 20 Antworten.
multiple = Mehrere Antworten erlauben
anonymous-votes = Anonyme Stimmen
show-results = Ergebnis zeigen
always = Immer
after-voting = Nach dem Abstimmen
at-end = Wenn die Umfrage endet
close-when = Umfrage beenden
never = Nie
after-hours = { $count ->
    [one] Nach { $count } Stunde
   *[other] Nach { $count } Stunden
}
after-days = { $count ->
    [one] Nach { $count } Tag
   *[other] Nach { $count } Tagen
}
after-weeks = { $count ->
    [one] Nach { $count } Woche
   *[other] Nach { $count } Wochen
}

options-edit-hint = Eine Antwort pro Zeile, 2 bis 20 Antworten. Du kannst sie ändern, bis jemand abstimmt.
only-author = Nur wer die Nachricht geschrieben hat, kann die Umfrage ändern.
has-votes = Diese Umfrage kann nicht geändert werden, weil schon jemand abgestimmt hat.
stays-closed = Diese Umfrage kann nicht geändert werden, weil sie beendet ist.
remove = Umfrage entfernen
remove-with-votes = Umfrage und ihre Stimmen entfernen
