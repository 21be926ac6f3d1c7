# Errors in the forms of groups.
conversation-kind = To start a conversation, send someone a message.
slug-taken = This URL is already taken. Choose another one.
confirm-opening = New readers will see everything posted so far. Select the box below to confirm.
name-differs = This doesn't match the group name.
archived = This group is archived and can't be changed.

# Leaving and members.
last-in-private = You're the last member, and no one else could find this group. Delete it instead.
last-in-closed = You're the last member, and no one else could approve new ones. Make the group public or delete it instead.
remove-yourself = You can't remove yourself. Leave the group instead.
role-as-high = You can't remove someone whose role is as high as yours. Make them a member first.
hand-over = Only a group admin can hand over the group, and only to someone else.
last-admin = A group needs at least one admin. Make someone else an admin first.
no-such-user = No user with this username.
not-in-group = You're not in this group.

# Invitations and requests to join.
conversation-invitations = Only members can add people to a conversation.
role-above-own = You can't assign a role above your own.
cannot-join = You can't join this group.
already-in = They are already in the group.
is-banned = They are banned from the group. Lift the ban first.
declined-lately = Your request was declined. You can ask again after a week.
