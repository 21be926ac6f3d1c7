# How people come into a group: requests to join, and invitations.

# A closed group, for people who are not in it.
asked-title = You asked to join
asked = Sent { $time }. A moderator will review your request. If it is approved, the group appears in your list.
withdraw-request = Withdraw request
declined-until = Your request was declined. You can ask again on { $day }.
no-longer-accepts = This group is archived and no longer accepts members.
sign-in-to-ask = Only members can read and post. Sign in to ask to join.
moderators-decide = Only members can read and post. Moderators decide who joins.
message = Message (optional)
message-hint = Shown to the moderators who review your request.
request-to-join = Request to join

# Requests to join, for moderators.
waiting = { $count ->
    [one] { $count } waiting
   *[other] { $count } waiting
}
no-requests = No requests
requests-hint = Requests to join appear here.
view-or-ban = View record or ban
view-or-ban-named = View record or ban: { $name }
approve = Approve
approve-named = Approve { $name }
decline = Decline
decline-named = Decline { $name }
# Before buttons for all requests whose boxes are ticked.
selected = Selected:

# The reader's own invitations and requests to join. $group is the name of a group.
invitations = Invitations
none = No invitations right now. When someone invites you to a group, you can accept or decline here.
invited-you = { $person } invited you
accept = Accept
accept-named = Accept: { $group }
decline-group = Decline: { $group }
your-requests = Your requests to join
# In place of the name of a group that the reader may not know.
private-group = a private group
declined-at = declined { $time }
sent-at = sent { $time }
withdraw = Withdraw
withdraw-named = Withdraw: { $group }

# The page of an invite link. The name of the group stands below the sentence, as the title.
invitation = Invitation
invited-you-to = { $name } invited you to
already-in = You're already in this group.
go-to-group = Go to group
sign-in-first = Sign in or create an account. Then you can accept the invitation.
create-account = Create account
review-follows = You asked to join. A moderator will review your request.
join-group = Join group
not-now = Not now

# The invitations of a group.
copy-link = Copy this link now. You won't see it again.
# The label of a field that contains the link.
invite-link = Invite link
by-username = Invite by username
by-username-hint = They can accept or decline the invitation.
send-invitation = Send invitation
new-link = New invite link
# The beginning of a sentence, and how it may end: a list of choices.
anyone = Anyone with this link
joins-as-member = joins as a member
can-ask = can ask to join
joins-as-moderator = joins as a moderator
joins-as-admin = joins as an admin
most-uses = Maximum number of uses
expires-after = Expires after (days)
create-link = Create link
links = Invite links
lets-ask = Lets people ask to join
lets-join = Lets people join
lets-moderate = Lets people join as moderators
lets-administer = Lets people join as admins
made-by = by { $name }, { $time }
expires = expires { $day }
used-and-left = { $used } used, { $left } left
revoke = Revoke
revoke-named = Revoke link { $id } by { $name }
pending = Pending invitations
withdraw-invitation = Withdraw the invitation for { $name }
archived = This group is archived, so no one can be invited.
