replying-to = Antwort auf <a href="/-/messages/{ $id }">{ $name }</a>: { $excerpt }
replying-to-ignored = Antwort auf <a href="/-/messages/{ $id }">{ $name }</a>
replying-to-earlier = Antwort auf eine frühere Nachricht
cancel-reply = Antwort abbrechen
your-message = Deine Nachricht
message-to = Nachricht an { $group }
send = Senden
attach-files = Dateien anhängen
attach = Anhängen
preview = Vorschau
keys = Strg+Enter zum Senden
formatting = Formatierung

preview-title = Vorschau
keep-editing = Weiter bearbeiten

unreached-in-group = { $count ->
    [one] { $names } kann diese Gruppe nicht lesen und wird nicht benachrichtigt.
   *[other] { $names } können diese Gruppe nicht lesen und werden nicht benachrichtigt.
}
unreached-in-conversation = { $count ->
    [one] { $names } kann diese Unterhaltung nicht lesen und wird nicht benachrichtigt.
   *[other] { $names } können diese Unterhaltung nicht lesen und werden nicht benachrichtigt.
}
two-names = { $first } und { $last }
more-names = { $names } und { $last }
