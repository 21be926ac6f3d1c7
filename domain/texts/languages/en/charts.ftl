# The statistics of a group and of the site, and the charts in them.

# The page. “Period” names the two links after it.
statistics = Statistics
period = Period
last-30-days = Last 30 days
last-365-days = Last 365 days

# Of a group.
still-counted = Some older messages are still being counted. Reload this page in a minute.
group-hint = Days are in UTC. An answer is a message by someone other than the person who started the topic. Bots don't count as people.
data = Data
data-hint = The charts are computed from the group's events. You can view the computed data as JSON, or discard it and compute it again.
recompute = Recompute statistics

# Of the site.
by-day = By day
recent = Recent
site-hint = Days are in UTC. Today's numbers are updated every ten minutes; everything else is sampled once a minute.

# A chart. The sentences are for people who can't see it: $series is what it shows, $from and $until are its ends, $most is its
# largest value.
no-data = No data yet.
show-table = Show as table
sentence = { $title }: { $series }, from { $from } to { $until }; maximum { $most }.
sentence-empty = { $title }: no data yet.
both = { $first } and { $second }

# Values with their units: short forms that stand in charts. A decimal number has one digit after the point.
number = { $number }
decimal = { $whole }.{ $tenths }
milliseconds = { $number } ms
seconds = { $number } s
minutes = { $number } min
hours = { $number } h
days = { $number } days
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
