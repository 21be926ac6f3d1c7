# Errors of the API for programs. Words in `backticks` and “ETag” are code words. $error is an English text of a library.

# The request.
foreign-page = Pages of other sites can't use this.
send-token = Send `Bearer` and an API token.
limited-token = This API token is limited to some groups and can't do this.
method = This method isn't allowed here.
nul-parameter = A parameter can't contain the character U+0000.
no-query = This endpoint takes no query parameters.
query-invalid = The query is invalid: { $error }.
cursor = Send the value of `next` from the previous page, or omit the cursor.
no-body = The body is missing.
not-json = Send the body as JSON, with `Content-Type: application/json`.
body-not-json = The body is not JSON: { $error }.
body-invalid = The body is invalid: { $error }.
nul-text = Text can't contain the character U+0000.
key-invalid = An Idempotency-Key must be 1 to { $most } visible ASCII characters.
key-used = This key was already used with another body. Send a new key.
running = A request with this Idempotency-Key is still running. Send it again in a moment.
changed = It has changed since you read it. Read it again and send its new ETag.
# No error: what was posted is stored.
pending = Waiting for approval by a moderator.

# Single endpoints.
attachment-twice = Replace the attachment or remove it, not both.
no-change = Send a new text or attachment.
choose-option = Choose at least one option.
from-or-messages = Send either `from` or `messages`.
nothing-asked = Enter something to search for.
days = From 1 to { $most } days.
