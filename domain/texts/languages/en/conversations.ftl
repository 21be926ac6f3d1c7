# Starting a conversation, which is private between a few people.
new = New message
to = To
to-hint = Usernames, separated by commas. Only these people can read it.
subject = Subject (optional)
message = Message
send = Send
# A link to the help about formatting.
syntax = `code`, > quote, @name

# Adding people to a conversation.
add = Add people
people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}: { $names }
whom = People
whom-hint = Usernames, separated by commas. They can only see messages posted after they are added.
cancel = Cancel
