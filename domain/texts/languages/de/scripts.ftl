retry = Erneut versuchen
new-messages = { $count ->
    [one] { $count } neue Nachricht
   *[other] { $count } neue Nachrichten
}
just-now = gerade eben
minutes-ago = vor { $count } Min.
hours-ago = vor { $count } Std.
yesterday = gestern
days-ago = vor { $count } Tagen
