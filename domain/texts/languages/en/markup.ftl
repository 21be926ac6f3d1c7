# Titles of what messages show. The parser stores the English ones.
box-done = Done
box-to-do = To do
unloaded = This image is on another site, which can see your IP address when you load it.
