empty = Gib eine Nachricht ein.
too-long = Nachrichten können höchstens { $most } Zeichen haben. Diese hat { $count }.
no-links = Neue Konten können noch keine Links zu anderen Websites posten. Diese Nachricht enthält { $count }.
too-many-links = Neue Konten können in einer Nachricht höchstens { $most } Links zu anderen Websites posten. Diese Nachricht enthält { $count }.
too-many-held = Hier warten schon { $most } Nachrichten von dir auf Freigabe. Bitte warte, bis ein Moderator sie geprüft hat.
refused-by-rule = Das erlauben die Regeln hier nicht.
edit-cannot-wait = Diese Bearbeitung müsste freigegeben werden, aber das geht bei schon geposteten Nachrichten nicht. Poste sie stattdessen als neue Nachricht.
refused-by-check = Eine automatische Prüfung hat diese Nachricht abgelehnt.
unchecked = Diese Nachricht kann gerade nicht geprüft werden. Dein Text ist noch da. Versuche es in einer Minute noch einmal.

held-by-rule = Die Regel „{ $rule }“
held-by = Zurückgehalten von { $auditor }
new-member = Neues Mitglied
