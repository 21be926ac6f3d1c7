mention = { $author } hat dich in { $topic } erwähnt
reply = { $author } hat dir in { $topic } geantwortet
followed = { $author } in { $topic }
