# Times. The scripts have the same in scripts.ftl, and dates in the format of the reader's region.
just-now = just now
minutes-ago = { $count } min ago
hours-ago = { $count } h ago
yesterday = yesterday
days-ago = { $count } days ago
# A month in a date, by its number.
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[other] Dec
}
day = { $month } { $day }
date = { $month } { $day }, { $year }
# With the time of day.
exact = { $date }, { $clock } UTC
# How long to wait, after "in".
wait-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
wait-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
