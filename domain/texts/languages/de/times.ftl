just-now = gerade eben
minutes-ago = vor { $count } Min.
hours-ago = vor { $count } Std.
yesterday = gestern
days-ago = vor { $count } Tagen
month = { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[other] Dez.
}
day = { $day }. { $month }
date = { $day }. { $month } { $year }
exact = { $date }, { $clock } UTC
wait-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
wait-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
wait-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
