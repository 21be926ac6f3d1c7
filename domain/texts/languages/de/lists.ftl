more = { $items }, { $next }
last = { $items } und { $last }
last-name = { $items } und { $last }
