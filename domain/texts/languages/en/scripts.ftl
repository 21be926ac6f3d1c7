# Texts of the scripts in static/js. A script names a text by its English words.
retry = Try again
new-messages = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
