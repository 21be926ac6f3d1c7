# The frame around every page: top bar, sidebar, footer.
skip = Skip to content
signed-in-as = Signed in as <b>{ $name }</b>
groups-of = { $count ->
    [0] No groups
    [one] { $count } group of { $name }
   *[other] { $count } groups of { $name }
}
