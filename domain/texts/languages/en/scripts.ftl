# Texts of the scripts in static/js. A script names a text by its English words.
retry = Try again
new-messages = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
# How long ago something was.
just-now = just now
minutes-ago = { $count } min ago
hours-ago = { $count } h ago
yesterday = yesterday
days-ago = { $count } days ago
