# The pages of site admins.

# The tabs. Most are titles of pages, too.
admin = Admin
overview = Overview
people = People
sign-ups = Sign-ups
groups = Groups
pages = Pages
reports = Reports
approval-queue = Approval queue
rules = Rules
webhooks = Webhooks
attachments = Attachments
log = Log
email = Email
jobs = Jobs
settings = Settings

# Heads of columns of several tables.
status = Status
actions = Actions

# The overview.
missing-pages = This site has no { $missing ->
    [imprint] <a href="/admin/pages/imprint">imprint</a>
    [contact] <a href="/admin/pages/contact">contact page</a>
   *[both] <a href="/admin/pages/imprint">imprint</a> and no <a href="/admin/pages/contact">contact page</a>
}. In many countries, for example in the EU, the law requires sites to say who runs them and how to reach them.
health = Health
# Before the result of a check, for people who don't see its color.
ok = OK
problem = Problem
send-test = Send a test email
# A title: the current numbers.
now = Now
over-time = Statistics over time →

# The first steps on a new site: a list with a tag beside each step.
first-steps = First steps
done = done
to-do = to do
name-site = Name your site
site-called = It's called { $name }. <a href="/admin/settings">Change the name</a>
site-address = Its address is { $url }.
only-this-computer = Only this computer can open it: set <code>KLATCH_BASE_URL</code> and restart Klatch.
check-email = Check that email works
no-mail-server = No mail server is configured. Set <code>KLATCH_SMTP_URL</code> and <code>KLATCH_MAIL_FROM</code>, and restart Klatch. Until then, emails aren't sent: Klatch saves them as files in the folder <code>mail</code> of the data folder.
mail-untested = A mail server is configured, but nobody has tested it yet.
mail-works = The mail server accepted a test email { $time }.
mail-failed = The last test failed { $time }: { $why }
# Beside the button that sends a test email.
test-to = to { $address }
add-address = <a href="/-/settings/mail">Add your email address</a> to send a test email.
create-first-group = Create the first group
create-a-group = Create a group
invite-people = Invite people
anyone-signs-up = Anyone can sign up at { $url }/-/sign-up.
create-invitation = Create an invitation link
hide-card = Hide this card

# Sign-ups.
waiting = { $count ->
    [one] { $count } waiting
   *[other] { $count } waiting
}
who-can-sign-up = Who can sign up
copy-link = Copy the link now. It won't be shown again.
invite-link = Invite link
waiting-title = Waiting for approval
unconfirmed = { $email }, not confirmed
no-email = no email address
approve = Approve
approve-named = Approve { $name }
decline = Decline
decline-named = Decline { $name }
# Before buttons for all accounts whose boxes are ticked.
selected = Selected:
declined-title = Recently declined
approve-after-all = Approve after all
approve-after-all-named = Approve after all: { $name }
invite-links = Invite links
anyone-with-link = Anyone with this link can sign up
used-and-left = { $used ->
    [one] { $used } use
   *[other] { $used } uses
}, { $left } left
revoke = Revoke
revoke-named = Revoke invite link { $id } by { $name }
create-invite-link = Create an invite link
most-uses = Maximum uses
expires-after = Expires after (days)
create-link = Create link

# The list of groups, and deleted groups. $name is the name of a group.
count-groups = { $count ->
    [one] { $count } group
   *[other] { $count } groups
}
deleted-groups = Deleted groups
name = Name
visibility = Visibility
all-groups = All groups
no-groups = No groups yet. <a href="/-/groups/new">Create the first one</a>.
no-groups-found = No groups found.
group = Group
members = Members
topics = Topics
messages = Messages
last-message = Last message
edit = Edit
edit-named = Edit or archive { $name }
delete-named = Delete { $name }
no-deleted-groups = No groups were deleted in the last 30 days. You can restore a deleted group here for 30 days.
restore-group = Restore group
restore-group-named = Restore group { $name }

# Reports and the approval queue.
open-reports = { $count ->
    [one] { $count } open
   *[other] { $count } open
}
no-reports = No open reports
no-reports-hint = Reports from groups you can read and from conversations appear here.
nothing-to-review = Nothing to review
nothing-to-review-hint = Messages waiting for approval in the groups you can read appear here.

# The moderation log. “By” is the label of a field for the person who acted.
moderation-log = Moderation log
log-hint = all actions by moderators and admins; append-only
public-log = Public log
log-by = By
affected-user = Affected user
action = Action
all-actions = All actions
clear-filters = Clear filters
no-matching-actions = No matching actions.
# A link to more of a list, sorted by time.
older = Older →

# Background work: the number of jobs in each state, and the state of one.
jobs-waiting = { $count ->
    [one] { $count } waiting
   *[other] { $count } waiting
}
jobs-running = { $count ->
    [one] { $count } running
   *[other] { $count } running
}
jobs-failed = { $count } failed
no-jobs = No jobs in the queue
no-jobs-hint = All background work is done.
job = Job
attempts = Attempts
created = Created
job-state = { $state ->
    [running] running
    [failed] failed
   *[ready] ready
}
retry = Retry
retry-named = Retry job { $id }
discard = Discard
discard-named = Discard job { $id }
