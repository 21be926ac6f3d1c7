# Topics by email: the page of a group
title = Topics by email
not-received = This site doesn't receive emails.
send = Send an email to this address to start a topic in { $group }. The subject becomes the title.
address-hint = The address is only yours: don't give it to anyone. Emails must come from the confirmed address of your account. The address changes every few months; an old one works for some more months.
only-members = Only members who can post can start topics by email.
off = Topics can't be started in this group by email.
setting = Setting
setting-hint = With topics by email, each member who can post gets an address of their own on this page. All limits and the approval queue apply as on the site.
turn-off = Turn off topics by email
turn-on = Turn on topics by email

# Why an email comes back, and what stands in a post about its files
no-topics = Topics can no longer be started in this group by email.
too-large = An email can have at most { $most } MB.
too-many-files = An email can have at most { $most } files.
not-attached = Not attached: `{ $name }`. { $why }
gone = The topic or group was deleted, or you can no longer read it.
limit = You reached a limit. Try again in { $wait }.
slow-mode = Slow mode is on there. Try again in { $wait }.
from-elsewhere = The email came from { $address }. Only emails from the confirmed address of your account are posted. If you didn't send it, someone else has the address that you got in an email: don't forward such emails.
expired = The address that you wrote to has expired. Reply to a newer email, or post on the site.
restricted = Your account is suspended or banned.
cannot-post = Your account can't post by email.
no-text = No text was found above the quoted email. Write your text above it.
too-complex = The email has too many parts to read it. Send your text in a simple email, or post on the site.
failed = An error of the site kept it from being posted. The admins can see the error. You can post your text on the site.
# In "Try again in {wait}."
minutes = { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}
