username-taken = Dieser Benutzername ist vergeben.
username-similar = Dieser oder ein ähnlicher Benutzername ist vergeben.
username-or-email-taken = Dieser (oder ein ähnlicher) Benutzername oder diese E-Mail-Adresse ist vergeben.
sign-in-wrong = Benutzername oder Passwort ist falsch.
suspended = Dein Konto ist bis { $until } (UTC) gesperrt: { $reason }
banned = Dein Konto ist auf dieser Site gesperrt: { $reason }
waiting = Dein Konto wartet auf Freigabe.
accept = Bitte lies und akzeptiere { $names }.
accept-again = Es gibt eine neue Version. Bitte lies { $names } noch einmal.
sign-ups-closed = Diese Site nimmt gerade keine neuen Konten an.
invitation-needed = Um hier ein Konto zu erstellen, brauchst du eine Einladung.
invitation-ended = Diese Einladung ist abgelaufen oder wurde schon benutzt. Bitte um eine neue.

password-wrong = Das Passwort ist falsch.
email-invalid = Gib eine gültige E-Mail-Adresse ein.
email-missing = Gib die E-Mail-Adresse deines Kontos ein.
email-taken = Ein anderes Konto verwendet diese Adresse schon.
name-reserved = Dieser Name ist reserviert. Wähle einen anderen.
name-looks-alike = Das sieht aus wie der Benutzername von jemand anderem. Wähle einen anderen Namen.
no-user-named = Niemand heißt „{ $name }“.
ignore-yourself = Du kannst dich nicht selbst ignorieren.
ignore-limit = Mehr Personen kannst du nicht ignorieren.
push-keys = Die Schlüssel dieses Browsers sind nicht lesbar. Lade die Seite neu und schalte die Benachrichtigungen noch einmal ein.
push-limit = Du hast zu viele Geräte. Entferne die, die du nicht mehr benutzt.

two-factor-on = Die Zwei-Faktor-Anmeldung ist schon eingeschaltet. Um sie neu einzurichten, schalte sie zuerst aus.
code-clock = Dieser Code ist falsch. Prüfe, ob die Uhr deines Handys richtig geht.
code-used = Dieser Code ist falsch oder wurde schon benutzt.
code-changes = Dieser Code ist falsch oder wurde schon benutzt. Die Codes wechseln alle 30 Sekunden.

token-name-missing = Gib dem Token einen Namen.
token-scopes = Wähle mindestens eine Berechtigung.
token-days = Wähle, wann das Token abläuft.
token-groups = Wähle mindestens eine deiner Gruppen.
token-limit = Du hast zu viele API-Tokens. Widerrufe die, die du nicht mehr benutzt.
token-invalid = Dieses API-Token ist ungültig.
token-needed = Dieses Konto verwendet die Zwei-Faktor-Anmeldung. Sende ein API-Token statt des Passworts.

bot-limit = Mehr Bots kannst du nicht haben. Lösche zuerst einen.
bot-limit-of-group = Mehr Bots kann diese Gruppe nicht haben. Lösche zuerst einen.
bot-of-bot = Ein Bot kann keine Bots haben.
bot-in-conversation = Eine Unterhaltung kann keine eigenen Bots haben.
bot-sign-in = Als Bot kann sich niemand anmelden. Wem der Bot gehört, kann API-Tokens für ihn erstellen.
bot-owner-restricted = Die Person, der dieser Bot gehört, ist gesperrt.

only-admin-you = Du bist der einzige Site-Admin. Mach zuerst jemand anderen zum Admin.
only-admin = Das ist der einzige Site-Admin. Mach zuerst jemand anderen zum Admin.
last-admin = Die Site braucht mindestens einen Admin. Mach zuerst jemand anderen zum Admin.
still-admin = Diese Person ist Site-Admin. Entferne sie zuerst als Site-Admin.
nobody-signs-in = Bei diesem Konto kann sich gerade niemand anmelden.
no-address = Dieses Konto hat keine bestätigte E-Mail-Adresse, deshalb kann nichts dorthin gesendet werden.
nothing-to-confirm = Diese Adresse wartet nicht mehr auf eine Bestätigung.
has-password = Dieses Konto hat schon ein Passwort. Sende stattdessen einen Link zum Zurücksetzen des Passworts.
