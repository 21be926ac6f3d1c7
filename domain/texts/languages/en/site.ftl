# Errors in the settings of the site.
name-missing = Give the site a name.
two-factor-first = Turn on two-factor authentication for your own account first.
accept-choices = Choose from the rules, the terms, and the privacy policy.
accept-unwritten = First write the { $page }, on the Pages tab.
accent-form = Enter a color as # and six digits, such as { $example }.
# The contrast is a number with one decimal place.
accent-light = This color is too light to read: its contrast with the page is { $whole }.{ $tenths }:1, but must be at least 4.5:1. Choose a darker color.

# Errors in the pages of the site.
page-empty = Nobody can accept an empty page.
page-not-accepted = First choose in the settings that new members must accept this page.
page-conflict = Someone changed this page while you were editing it. Your text isn't lost: compare it with the current version, then publish it again.

# The email that tests the mail server.
test-no-address = Add your email address first.
