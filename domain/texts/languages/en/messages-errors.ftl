# Why a message can't be posted, changed or read.

# Posting.
original-gone = The message you're replying to was deleted or moved. Cancel the reply to post your text on its own.
message-too-long = Messages can have at most { $most } characters.
nothing-to-preview = Write something to preview.

# Editing, deleting and restoring.
only-author = Only the author can do that.
changed-meanwhile = Someone else changed this message while you were editing it. Copy your text, and edit the message again.
moved-save-again = A moderator just moved this message. Save your changes again.
changed-save-again = This message just changed. Save your changes again.
moved-delete-again = A moderator just moved this message. Open it again to delete it.
history-for-few = Only the author and the group's moderators can see the history of a message.
restore-for-moderators = Only a moderator can restore this message.
restore-for-admins = A site admin deleted everything this author posted. Only a site admin can restore it.

# Wikis: messages that all members may edit.
wiki-is-first = Only the first message of a topic can be a wiki.
wiki-attachment = Only the author can change the attachment of a wiki.
moved-open-again = A moderator just moved this message. Open it again.

# A pending message, which a moderator wants to approve.
author-cannot-post = The author can no longer post there.
author-restricted = The author's account is suspended, banned, or deleted.
author-cannot-read = The topic was deleted, or the author can no longer read it.

# The people of a conversation.
you-ignore = You ignore { $name }. Stop ignoring them to send a message.
accepts-none = { $name } doesn't accept messages from you.
add-someone = Add at least one person.
add-someone-else = Add someone other than yourself.
already-there = They are already in this conversation.
conversation-full = A conversation can have at most { $most } people.
export-in-settings = To export your conversations, download your data in your settings.
export-too-large = This group is too large to download. The operator of this site can export it on the server.

# Voting in polls.
poll-closed = This poll is closed.
poll-changed = This poll just changed. Reload the page and vote again.
choose-from-options = Choose from the options of this poll.
choose-one = Choose only one option.
moved-close-again = A moderator just moved this message. Open it again to close the poll.
votes-anonymous = Votes in this poll are anonymous.
results-hidden = The results of this poll aren't visible yet.

# The form of a poll.
enter-question = Enter a question.
question-too-long = Questions can have at most { $most } characters.
enter-options = Enter 2 to { $most } options.
option-too-long = Options can have at most { $most } characters. Shorten “{ $start }…”.
option-twice = “{ $option }” is listed twice.
closes-in-past = Choose a time in the future.
closes-at = Enter a date and time, such as 2027-01-31T18:00:00Z.
poll-has-votes = This poll can't be changed because people have already voted.
# Only programs see these. $error is an English text of a library.
poll-version = The only version of polls is 1.
poll-invalid = The poll isn't valid: { $error }.

# Attachments: data that programs add to messages. Each is of a kind, which has versions.
attachment-stays = Editing a message can't add an attachment or change its kind.
kind-disabled = A site admin disabled this kind of attachment.
kind-retired = This version of the kind is retired.
kind-unknown = The kind of attachment “{ $name }” isn't available in this version.
data-too-long = The data can have at most { $most } KiB.
rows-at-most = An attachment can have at most { $most } rows.

# Data that does not fit the schema of its kind. $place is the path of a value, such as steps[0].name, or these words:
the-data = The data
must-be = { $place } must be { $value }.
must-be-one-of = { $place } must be one of { $values }.
must-be-of-type = { $place } must be of type { $name }.
must-be-least = { $place } must be at least { $least }.
must-be-most = { $place } must be at most { $most }.
must-be-long = { $place } must be at least { $least } characters long.
must-be-short = { $place } must be at most { $most } characters long.
must-list-least = { $place } must be a list of at least { $least }.
must-list-most = { $place } must be a list of at most { $most }.
is-missing = { $place } is missing.
is-no-field = { $place } is not a field of this kind.

# A kind that a program registers.
kinds-at-most = An account can have at most { $most } kinds of attachments, counting versions.
kind-name = Use 1 to { $most } lowercase letters, digits, and hyphens, starting with a letter.
version-exists = This version already exists. Use a higher number.
# “table”, “list”, “rows” and “items” are code words.
no-property = The schema has no property { $name }.
no-property-to-show = The schema has no property { $name } that this layout can show.
table-needs-rows = The table layout needs a property named “rows”: an array of objects.
rows-need-properties = The objects in “rows” need properties.
list-needs-items = The list layout needs a property named “items”: an array.
fields-at-most = At most { $most } fields can be shown. List them here.

# The kind's JSON Schema. $at is the path of a part of it.
schema-too-long = The schema can have at most { $most } KiB.
schema-of-object = The schema must have "type": "object".
schema-dialect = $schema: Only https://json-schema.org/draft/2020-12/schema is supported.
schema-at = { $at }: { $problem }
schema-is-object = A schema must be an object.
schema-too-deep = Schemas can be nested at most { $most } levels deep.
schema-keyword = The keyword { $keyword } is not supported. Supported: { $known }.
schema-value = The value of { $keyword } is not valid.
schema-too-many = { $keyword } can have at most { $most } entries.
