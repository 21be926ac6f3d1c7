# The choice of a language: of a person's pages and emails, and of a site.
label = Language
automatic = Automatic (your browser's language)
of-site = Default language
of-site-hint = For feeds, emails to people whose language isn't known, and browsers that ask for a language this site doesn't have.
