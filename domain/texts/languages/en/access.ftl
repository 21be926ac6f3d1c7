# Why someone may not do something in a group.
archived = This is archived and can't be changed.
banned = You're banned from this group.
members-read = Only members can read this.
already-member = You're already a member of this group.
needs-invitation = You need an invitation or approval to join this group.
no-requests = This group doesn't take requests to join.
join-to-post = Join the group to post.
members-invite = Only members can invite people.
author-or-moderators = Only the author or a moderator of the group can do that.
moderators = Only moderators of the group can do that.
admins = Only admins of the group can do that.
own-report = You can't report your own message. Edit or delete it instead.
read-only = The site is in read-only mode. Posting and editing are paused.

# What a program's API token doesn't allow.
token-no-read = This API token can't read. Create one with the Read permission.
no-write = These credentials can't change anything.
token-no-moderate = This API token can't moderate. Create one with the Moderate permission.
token-no-admin = This API token can't manage the site. Create one with the Administer permission.
token-no-feeds = This API token can't read feeds. Create one with the Read feeds permission.
