# Topics by email: the page of a group
title = Topics by email
not-received = This site doesn't receive emails.
send = Send an email to this address to start a topic in { $group }. The subject becomes the title.
address-hint = This address is yours alone, so don't share it. Emails must come from the confirmed address of your account. The address changes every few months; an old one keeps working for a few more months.
only-members = Only members who can post can start topics by email.
off = This group doesn't accept topics by email.
setting = Setting
setting-hint = With topics by email, each member who can post gets an address of their own on this page. All limits and the approval queue apply as on the site.
turn-off = Turn off topics by email
turn-on = Turn on topics by email

# Why an email comes back, and what stands in a post about its files
no-topics = This group no longer accepts topics by email.
too-large = Emails can have at most { $most } MB. Send smaller files, or upload them on the site.
too-many-files = Emails can have at most { $most } files. Send the rest in another email.
not-attached = Not attached: `{ $name }`. { $why }
gone = The topic or group was deleted, or you can no longer read it.
limit = You've reached a limit. Try again in { $wait }.
slow-mode = The group is in slow mode. Try again in { $wait }.
from-elsewhere = The email came from { $address }. Only emails from the confirmed address of your account are posted. If you didn't send it, someone else knows the personal address that you write to. Don't forward emails that contain it.
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
