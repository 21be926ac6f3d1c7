label = Sprache
automatic = Automatisch (die Sprache deines Browsers)
of-site = Standardsprache
of-site-hint = Für Feeds, für E-Mails an Personen, deren Sprache nicht bekannt ist, und für Browser, die nach einer Sprache fragen, die diese Site nicht hat.
