# The members of a group, what moderators do with them, and bans.

# The list of members.
members-of = Members of { $group }
search-members = Search members
role = Role
all-members = All members
admins = Admins
moderators = Moderators
members = Members
no-members = No members.
none-match = No members match “{ $words }”.
# Tags.
bot = bot
member-tag = member
moderator-tag = moderator
admin-tag = admin
joined = joined { $day }
# A link to the page where moderators do something about a member.
manage = Manage
manage-named = Manage { $name }

# A member, as moderators see them.
person-in-group = { $person } in { $group }
banned-from-group = banned from the group
asked-to-join = asked to join
left-group = no longer in the group
profile = Profile
member-choice = <b>Member</b> Can read and post.
moderator-choice = <b>Moderator</b> Can also delete messages, approve requests to join, and remove members.
admin-choice = <b>Admin</b> Can also change the group and assign roles.
save-role = Save role
hand-over = Hand over group
hand-over-hint = { $name } will become the group admin in your place. You'll become a regular member.
warnings = Warnings
reason = Reason
send-warning = Send warning
remove = Remove from group
remove-hint = Their messages will stay. They can join again like anyone else.
# A title.
ban = Ban
ban-reason = Reason for the ban
ban-reason-hint = They'll be notified. The group's moderation log will show it with both your names to everyone who can read the group.
ban-from-group = Ban from group
messages = Messages
delete-messages = Delete their messages
cannot-change-role = You can't change this member's role.

# People who are banned from the group.
banned-from = Banned from { $group }
no-bans = No one is banned
bans-hint = Banned people can't join, ask to join, or use an invitation. To ban a member, open their page from the list of members.
view-record = View record
view-record-named = View record of { $name }
lift-ban = Lift ban
lift-ban-named = Lift ban on { $name }
