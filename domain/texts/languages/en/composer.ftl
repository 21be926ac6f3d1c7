# The form that writes a message. Above the field: which message it replies to.
replying-to = Replying to <a href="/-/messages/{ $id }">{ $name }</a>: { $excerpt }
replying-to-ignored = Replying to <a href="/-/messages/{ $id }">{ $name }</a>
replying-to-earlier = Replying to an earlier message
cancel-reply = Cancel reply
# For screen readers.
your-message = Your message
# In the empty field. $group is the name of a group or a conversation.
message-to = Message { $group }
send = Send
attach-files = Attach files
# A button.
attach = Attach
# A button.
preview = Preview
keys = Ctrl+Enter to send
# Leads to the help about formatting.
formatting = Formatting

# The page with a preview.
preview-title = Preview
keep-editing = Keep editing

# The text mentions people who can't read it. $names are $count names.
unreached-in-group = { $count ->
   *[other] { $names } can't read this group and won't be notified.
}
unreached-in-conversation = { $count ->
   *[other] { $names } can't read this conversation and won't be notified.
}
# Two names, and three or more.
two-names = { $first } and { $last }
more-names = { $names }, and { $last }
