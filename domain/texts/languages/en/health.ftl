# What is wrong with a part of the site, for admins and operators. They stand after the name of the part.
no-answer = does not respond
no-answer-because = does not respond: { $error }
no-answer-within = no response within { $seconds } s
database-damaged = the database is damaged; check the log and restore a backup
backup-failed = the last one failed: { $error }
backup-old = the last one is { $hours } hours old
no-email = no email could be sent for { $minutes } min; see the email log
job-waits = the oldest job has been waiting for { $seconds } s
index-building = the index is being built: { $done } documents so far
index-waits = the next change has been waiting for { $seconds } s
