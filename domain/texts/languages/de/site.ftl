name-missing = Gib der Site einen Namen.
two-factor-first = Schalte zuerst die Zwei-Faktor-Anmeldung für dein eigenes Konto ein.
accept-choices = Wähle aus den Regeln, den Nutzungsbedingungen und der Datenschutzerklärung.
accept-unwritten = Schreibe zuerst { $page }, auf dem Reiter „Seiten“.
accent-form = Gib eine Farbe als # und sechs Ziffern ein, zum Beispiel { $example }.
accent-light = Diese Farbe ist zu hell zum Lesen: Ihr Kontrast zur Seite ist { $whole },{ $tenths }:1, muss aber mindestens 4,5:1 sein. Wähle eine dunklere Farbe.

page-empty = Eine leere Seite kann niemand akzeptieren.
page-not-accepted = Wähle zuerst in den Einstellungen, dass neue Mitglieder diese Seite akzeptieren müssen.
page-conflict = Jemand hat diese Seite geändert, während du sie bearbeitet hast. Dein Text ist nicht verloren: Vergleiche ihn mit der aktuellen Version und veröffentliche ihn dann noch einmal.

test-no-address = Gib zuerst deine E-Mail-Adresse an.
