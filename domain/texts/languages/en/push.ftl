# The title of a push message, above the words of a message.
mention = { $author } mentioned you in { $topic }
reply = { $author } replied to you in { $topic }
followed = { $author } in { $topic }
