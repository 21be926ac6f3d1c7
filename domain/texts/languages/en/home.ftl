# The page of unread topics.
title = Unread
# When the next page has more.
topics-at-least = { $count }+ topics
following = Topics you follow
other-topics = Other topics
# Buttons.
read-all = Mark all as read
read = Mark as read
mute = Mute
# Instead of the title of a topic by somebody whom the reader ignores.
more-unread = { $count } more unread

# What moderators have to review, after the name of a group.
waiting = Waiting for review
reported = { $count ->
    [one] { $count } reported message
   *[other] { $count } reported messages
}
asked = { $count ->
    [one] { $count } request to join
   *[other] { $count } requests to join
}
invitations = Invitations

# Links to other pages of unread topics.
first-page = ↑ First unread topics
next-page = More unread topics →

# When nothing is unread. The first three are for people who are in no group yet.
welcome = Welcome, { $name }
no-groups = You haven't joined any groups yet. Join one to see its new messages here.
create-own = Create your own
caught-up = You're all caught up
caught-up-about = New messages in your groups will appear here automatically.
discover = Discover groups
discover-more = Discover more groups
active-groups = Active groups

# The home page for visitors. The first is its title; the second stands below the name of the site.
place = A place to talk things over
line = A place to talk things over.
about = Join a group, follow its conversations live, and pick up where you left off.
create-account = Create account
sign-in = Sign in
no-public-groups = No public groups yet. They will be listed here.
recent = Recent activity
all-groups = All groups →
