-- Workers claim the jobs of new messages in batches, and posting slows down while they wait: both look for the first of them.
create index jobs_new_messages on jobs (run_at, id) where kind = 'message_posted' and state = 'ready';
