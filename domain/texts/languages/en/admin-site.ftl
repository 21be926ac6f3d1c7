# The settings of the site, and the pages that admins write, such as its rules.

# The settings. A choice has a label and an explanation.
site-settings = Site settings
site-name = Site name
site-name-hint = Shown in page titles, in the corner of every page, and in emails.
tagline = Tagline
tagline-hint = Shown to visitors on the home page.
who-can-sign-up = Who can sign up
sign-up-open = Anyone
sign-up-open-hint = New accounts can be used right away.
sign-up-invited = Anyone with an invite link
sign-up-invited-hint = Admins create the links on the Sign-ups page.
sign-up-approved = Anyone, with approval
sign-up-approved-hint = New accounts can't be used until an admin approves them on the Sign-ups page. People with an invite link don't need approval.
sign-up-closed = Nobody
sign-up-closed-hint = No new accounts can be created.
must-accept = New members must accept
must-accept-hint = The sign-up form links to these pages and asks people to accept them. Klatch records when they did, and which version.
welcome-text = Welcome text
welcome-text-hint = Shown to visitors at the top of the home page. Formatting works as in messages.
accent-color = Accent color
accent-color-hint = The color of links and buttons. It must be dark enough to read; the dark theme uses a lighter tone of it. The default is #0b6b62.
notice = Notice
notice-hint = Shown at the top of every page until the reader hides it. A new text is shown to everyone again. `code`, > quote, @name and links work as in messages.
images = Images in messages
images-hint = For images that are hosted on other sites.
images-load = Show
images-load-hint = This server fetches images when they are first viewed, and keeps a copy. Other sites don't see who reads a message.
images-never = Never show
images-never-hint = Readers see a link to the other site.
link-previews = Link previews
link-previews-choice = <b>Show what links lead to</b> This server asks linked pages for their titles when a message is posted. The other sites learn that somebody posted a link to them. Links in conversations get no previews.
read-only = Read-only mode
read-only-choice = <b>Pause posting and editing</b> People can still read and sign in or out. Text they try to post stays in the form. The admin pages keep working.
admins = Admins
two-factor-choice = <b>Require two-factor authentication for admins</b> Admins who haven't turned it on can't use the admin pages.
logo = Logo
logo-hint = PNG, JPEG, GIF, or WebP, at most 8 MB. Shown in place of the site name in the corner of every page. A transparent logo gets a white background, or a black one if it is light itself.

# The pages of the site: the list.
pages-hint = The footer of every page links to the pages that exist. Some come with a default text that describes Klatch. Read it and change what is different on your site.
page = Page
not-written = Not written yet
default-text = Default text
version = Version { $number }

# Writing a page.
view-page = View page
# A title, and a button.
preview = Preview
text = Text
text-hint = Formatting works as in messages. An empty text removes the page.
members = Members
ask-again-choice = <b>Ask everyone to accept this version</b> Members see a notice at the top of every page until they accept. Nobody is locked out.
publish-page = Publish page

# The versions of a page.
history = History
version-head = Version
published-head = Published
# Tags: the version has removed the page; it asked everyone to accept it.
removed = removed
asked-everyone = asked everyone
# When it was published: a time and a person, or together with the program.
time-by = { $time } by { $person }
with-klatch = with Klatch
older-versions = Older versions →
published = published { $time }
published-by = published { $time } by { $person }
is-current = This is the current version.
restoring-hint = Restoring publishes this text as a new version.
restore-version = Restore version
version-removed = This version removed the page.

# A page, for readers.
last-changed = Last changed { $time }
edit-page = Edit page
