# Why a message can't be posted.
empty = Enter a message.
too-long = Messages can have at most { $most } characters. This one has { $count }.
no-links = New accounts can't post links to other sites yet. This message has { $count }.
too-many-links = New accounts can post at most { $most } links to other sites in a message. This message has { $count }.
too-many-held = You already have { $most } messages waiting for approval here. Please wait until a moderator has reviewed them.
refused-by-rule = This isn't allowed by the rules here.
edit-cannot-wait = This edit would need approval, but posted messages can't be held. Post it as a new message instead.
refused-by-check = An automatic check rejected this message.
unchecked = This message can't be checked right now. Your text is still here. Try again in a minute.

# Why a message is in the approval queue.
held-by-rule = The rule “{ $rule }”
# An external auditor, perhaps followed by its reason: "Held by spamd: too many links".
held-by = Held by { $auditor }
new-member = New member
