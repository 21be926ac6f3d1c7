bookmarks = Lesezeichen
starred = Sterne
tabs = Markierte Nachrichten
starred-at = Stern: { $time }
bookmarked-at = Lesezeichen: { $time }
remove = Lesezeichen entfernen
no-starred = Keine Nachrichten mit Stern
no-bookmarks = Keine Lesezeichen
how-to-star = Wähle „Stern geben“ bei einer Nachricht. Alle, die sie lesen können, sehen deinen Stern.
how-to-bookmark = Wähle „Lesezeichen“ bei einer Nachricht, um sie hier wiederzufinden. Deine Lesezeichen siehst nur du.
pages = Seiten
older = Ältere →

starred-by-title = Sterne · { $title }
starred-by = { $count ->
    [one] Stern von { $count } Person
   *[other] Sterne von { $count } Personen
}
starred-by-nobody = Niemand hat dieser Nachricht einen Stern gegeben.
