
choose-reason = Wähle einen Grund.
enter-email = Gib deine E-Mail-Adresse ein. Wir senden die Entscheidung dorthin.
confirm = Bitte bestätige das, um die Meldung zu senden.
reports-to-admins = Meldungen in Unterhaltungen gehen an die Site-Admins.
archived = Diese Gruppe ist archiviert. Deshalb können ihre Nachrichten nicht geändert werden.

no-queue = Unterhaltungen haben keine Freigabe-Warteschlange.
topic-deleted = Das Thema wurde gelöscht.
no-log = Unterhaltungen haben kein Moderationsprotokoll.
no-such-group = Diese URL hat keine Gruppe und hatte auch früher keine.

warn-yourself = Du kannst dich nicht selbst verwarnen.
warn-deleted = Du kannst kein gelöschtes Konto verwarnen.
warn-lower-role = Du kannst nur Personen verwarnen, die weniger Rechte haben als du.
withdraw-lower-role = Du kannst nur Verwarnungen von Personen zurücknehmen, die weniger Rechte haben als du.
withdraw-yourself = Du kannst keine Verwarnung zurücknehmen, die du selbst erhalten hast.

last-day = Letzte 24 Stunden
last-week = Letzte 7 Tage
all-posts = Alle Beiträge
clear-admin = Du kannst die Beiträge eines Site-Admins nicht löschen. Entziehe der Person zuerst die Adminrechte.
clear-lower-role = Du kannst nur Beiträge von Personen löschen, die weniger Rechte haben als du.
nothing-to-clear = In diesem Zeitraum gibt es keine Beiträge zu löschen.

rule-name = Gib der Regel einen Namen.
rule-kind = Wähle Wörter oder ein Muster.
rule-action = Wähle eine Aktion.
rule-places = Wähle mindestens eine Stelle, an der gesucht wird.
rule-names-reject = Regeln für Benutzernamen können nur ablehnen.
rule-new = Gib 0 bis { $days } Tage und 0 bis { $messages } Nachrichten ein.
no-rules = Unterhaltungen können keine eigenen Regeln haben.
too-many-rules = Mehr Regeln sind nicht möglich. Lösche zuerst eine.
slow-pattern = Dieses Muster ist zu langsam. Vereinfache es und versuche es noch einmal.
rule-changed = Inzwischen hat jemand diese Regel geändert. Prüfe sie zuerst noch einmal.
