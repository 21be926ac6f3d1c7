conversation-kind = Um eine Unterhaltung zu beginnen, schick jemandem eine Nachricht.
slug-taken = Diese URL ist schon vergeben. Wähle eine andere.
confirm-opening = Neue Leser sehen alles, was bisher geschrieben wurde. Kreuze zur Bestätigung das Kästchen unten an.
name-differs = Das ist nicht der Name der Gruppe.
archived = Diese Gruppe ist archiviert und kann nicht geändert werden.

last-in-private = Du bist das letzte Mitglied, und niemand sonst könnte diese Gruppe finden. Lösche sie stattdessen.
last-in-closed = Du bist das letzte Mitglied, und niemand sonst könnte neue aufnehmen. Mach die Gruppe öffentlich oder lösche sie stattdessen.
remove-yourself = Du kannst dich nicht selbst entfernen. Verlasse stattdessen die Gruppe.
role-as-high = Du kannst niemanden entfernen, dessen Rolle so hoch ist wie deine. Mach die Person zuerst zum Mitglied.
hand-over = Nur ein Admin der Gruppe kann die Gruppe übergeben, und nur an jemand anderen.
last-admin = Eine Gruppe braucht mindestens einen Admin. Mach zuerst jemand anderen zum Admin.
no-such-user = Niemand hat diesen Benutzernamen.
not-in-group = Du bist nicht in dieser Gruppe.

conversation-invitations = Nur Mitglieder können andere in eine Unterhaltung holen.
role-above-own = Du kannst keine Rolle vergeben, die über deiner eigenen liegt.
cannot-join = Du kannst dieser Gruppe nicht beitreten.
already-in = Diese Person ist schon in der Gruppe.
is-banned = Diese Person ist für die Gruppe gesperrt. Hebe zuerst die Sperre auf.
declined-lately = Deine Anfrage wurde abgelehnt. Nach einer Woche kannst du wieder anfragen.
