# Kinds of attachments: programs register them, and attach data of these kinds to messages.
title = Kinds of attachments
named = <b>{ $name }</b> version { $version }
retired = retired
disabled = disabled

# The list of the reader's own kinds.
about-own = Programs register kinds of attachments with your API token, and attach their data to messages. See the <a href="/-/api">API</a>. When you retire a kind, new messages can't use it. Existing messages don't change.
no-own = You haven't registered any kinds.
created-at = created { $day }
disabled-by-admin = a site admin disabled it
# Buttons, and what screen readers say about them.
retire = Retire
retire-named = Retire { $name } version { $version }
bring-back = Restore
bring-back-named = Restore { $name } version { $version }

# The admins' list of everyone's kinds.
admin-title = Kinds of attachments · Admin
about-all = Programs register kinds of attachments, such as build results. New messages can't use a disabled kind. Existing messages don't change.
none = No kinds are registered.
# Heads of columns. “Layout” says how a kind is shown: as a card, a table or a list.
kind = Kind
owner = Owner
version = Version
layout = Layout
created = Created
status = Status
actions = Actions
# The status of a kind.
retired-by-owner = retired by its owner
in-use = in use
# Buttons, and what screen readers say about them.
enable = Enable
enable-named = Enable { $name } version { $version }
disable = Disable
disable-named = Disable { $name } version { $version }
pages = Pages
more = More →
