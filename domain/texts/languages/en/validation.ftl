# Errors below fields.
at-least = Use at least { $least } characters.
at-most = Use at most { $most } characters.
at-most-has = Use at most { $most } characters. This has { $count }.
number-from-to = Enter a number from { $least } to { $most }.
choose-option = Choose one of the options.
reason-missing = Please add a reason.
title-missing = Give the topic a title.
group-name-missing = Give the group a name.

# New passwords.
password-weak = This password is easy to guess. Try a few random words.

# New usernames.
username-characters = Use only letters a to z, numbers, and _ - . between them.
username-ends = Start and end with a letter or number.
username-reserved = This username is reserved.

# The URL of a group: the part after the site's address.
slug-length = Use 1 to { $most } characters.
slug-characters = Use only lowercase letters, numbers, - and _, and start with a letter or number.
slug-reserved = This URL is reserved.

# Web addresses, such as those of webhooks.
address-https = Enter an address that starts with https://.
address-http = Enter an address that starts with https:// or http://.
address-password = The address can't contain a username or password.
address-encrypted = Use an address that starts with https://.
address-private = { $name } is a private or reserved address ({ $address }). The operator can allow it with { $setting }.
address-port = Port { $port } can't be used. Use 80, 443, or a port from 1024 up.
