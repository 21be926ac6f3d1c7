skip = Zum Inhalt springen
signed-in-as = Angemeldet als <b>{ $name }</b>
groups-of = { $count ->
    [0] Keine Gruppen
    [one] { $count } Gruppe von { $name }
   *[other] { $count } Gruppen von { $name }
}
