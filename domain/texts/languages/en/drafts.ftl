# The list of drafts. A script fills it.
drafts = Drafts
need-script = Drafts need JavaScript
need-script-about = Drafts are kept in your browser, so the server can't list them. Without JavaScript, no drafts are kept.
about = Only this browser has your drafts. Signing out deletes them.
