# Errors of the API for programs. Words in `backticks` and “ETag” are code words. $error is an English text of a library.

# The request.
foreign-page = Pages of other sites can't use this.
send-token = Send `Bearer` and an API token.
limited-token = This API token is limited to some groups and can't do this.
nul-parameter = A parameter can't contain the character U+0000.
no-query = This endpoint takes no query parameters.
query-invalid = The query is invalid: { $error }.
cursor = Send the value of `next` from the previous page, or omit the cursor.
no-body = The body is missing.
body-not-json = The body is not JSON: { $error }.
body-invalid = The body is invalid: { $error }.
nul-text = Text can't contain the character U+0000.
key-invalid = An Idempotency-Key must be 1 to { $most } visible ASCII characters.
key-used = This key was already used with another body. Send a new key.

# Single endpoints.
not-base64 = This is not Base64.
attachment-twice = Replace the attachment or remove it, not both.
no-change = Send a new text or attachment.
choose-option = Choose at least one option.
from-or-messages = Send either `from` or `messages`.
nothing-asked = Enter something to search for.
