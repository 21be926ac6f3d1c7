# A poll in a message.
your-vote = your vote
# The share of an option.
share = { $votes ->
    [one] { $votes } vote
   *[other] { $votes } votes
} ({ $percent }%)
voters = { $count ->
    [one] { $count } person voted
   *[other] { $count } people voted
}.
closed = This poll is closed.
choose-any = Choose one or more options.
choose-one = Choose one option.
# $iso is for programs.
ends = Voting ends <time datetime="{ $iso }">{ $time }</time>.
results-after-vote = Results are shown after you vote.
results-at-end = Results are shown when the poll closes.
anonymous = Votes are anonymous.
open-votes = Everyone can see who voted.
# The title of a page, and a link to it.
who-voted = Who voted

# Buttons, and what is said when it fails.
vote = Vote
change-vote = Change vote
not-saved = Your vote wasn't saved.
remove-vote = Remove vote
not-removed = Your vote wasn't removed.
close = Close poll
not-closed = The poll wasn't closed.

# The page that says who voted.
no-votes = No votes.
first-votes = Only the first votes are listed.

# The fields of a new poll.
add = Add a poll
question = Question
options = Options
options-hint = One option per line, 2 to 20 options.
multiple = Allow multiple choices
anonymous-votes = Anonymous votes
show-results = Show results
always = Always
after-voting = After voting
at-end = When the poll closes
close-when = Close the poll
never = Never
after-hours = { $count ->
    [one] After { $count } hour
   *[other] After { $count } hours
}
after-days = { $count ->
    [one] After { $count } day
   *[other] After { $count } days
}
after-weeks = { $count ->
    [one] After { $count } week
   *[other] After { $count } weeks
}

# Editing a message with a poll.
options-edit-hint = One option per line, 2 to 20 options. You can change them until someone votes.
only-author = Only the author can change the poll.
has-votes = This poll can't be changed because people have voted.
stays-closed = This poll can't be changed because it is closed.
remove = Remove poll
remove-with-votes = Remove poll and its votes
