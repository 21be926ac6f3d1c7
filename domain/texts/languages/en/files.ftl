# Why a file can't be uploaded.
day-limit = You can upload at most { $most } MB a day. Try again tomorrow.
too-large = Files can have at most { $most } MB.
empty = This file is empty. Choose another one.
busy = The server is busy with other images. Try again in a minute.
damaged = This image is damaged or in an unsupported format. Save it as PNG or JPEG, and try again.
too-many-pixels = This image has too many pixels. Make it smaller, and try again.
choose-image = Choose an image.
image-too-large = Images can have at most { $most } MB. Make this one smaller, and try again.

# Files can neither be stored nor read.
no-storage = Files can't be stored or opened right now. Try again in a few minutes.
# The same in a form with a text.
no-storage-form = Files can't be stored or opened right now. Try again in a few minutes. Your text isn't lost.

# Why a file can't be deleted.
in-message = This file can't be deleted because a message shows it, or showed it before an edit.
