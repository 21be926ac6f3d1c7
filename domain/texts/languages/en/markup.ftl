# Titles of what messages show. The parser stores the English ones.
box-done = Done
box-to-do = To do
