# Topics by email: the page of a group
title = Themen per E-Mail
not-received = Diese Site empfängt keine E-Mails.
send = Schicke eine E-Mail an diese Adresse, um ein Thema in { $group } zu beginnen. Der Betreff wird zum Titel.
address-hint = Die Adresse gehört nur dir. Gib sie nicht weiter. E-Mails müssen von der bestätigten Adresse deines Kontos kommen. Die Adresse wechselt alle paar Monate; eine alte gilt noch einige Monate weiter.
only-members = Nur Mitglieder, die schreiben dürfen, können Themen per E-Mail beginnen.
off = Diese Gruppe nimmt keine Themen per E-Mail an.
setting = Einstellung
setting-hint = Mit Themen per E-Mail bekommt jedes Mitglied, das schreiben darf, auf dieser Seite eine eigene Adresse. Alle Grenzen und die Freigabe-Warteschlange gelten wie auf der Site.
turn-off = Themen per E-Mail ausschalten
turn-on = Themen per E-Mail einschalten

# Why an email comes back, and what stands in a post about its files
no-topics = Diese Gruppe nimmt keine Themen per E-Mail mehr an.
too-large = E-Mails dürfen höchstens { $most } MB groß sein. Sende kleinere Dateien oder lade sie auf der Site hoch.
too-many-files = E-Mails dürfen höchstens { $most } Dateien haben. Sende die übrigen in einer weiteren E-Mail.
not-attached = Nicht angehängt: `{ $name }`. { $why }
gone = Das Thema oder die Gruppe wurde gelöscht, oder du hast keinen Zugriff mehr.
limit = Du hast eine Grenze erreicht. Versuche es in { $wait } noch einmal.
slow-mode = Die Gruppe ist im langsamen Modus. Versuche es in { $wait } noch einmal.
from-elsewhere = Die E-Mail kam von { $address }. Nur E-Mails von der bestätigten Adresse deines Kontos werden veröffentlicht. Wenn du sie nicht geschickt hast, kennt jemand anderes die persönliche Adresse, an die du schreibst. Leite E-Mails, in denen sie steht, nicht weiter.
expired = Die Adresse, an die du geschrieben hast, ist abgelaufen. Antworte auf eine neuere E-Mail oder schreibe auf der Site.
restricted = Dein Konto ist gesperrt.
cannot-post = Dein Konto kann nicht per E-Mail schreiben.
no-text = Über der zitierten E-Mail wurde kein Text gefunden. Schreibe deinen Text darüber.
too-complex = Die E-Mail hat zu viele Teile, um sie zu lesen. Schicke deinen Text in einer einfachen E-Mail oder schreibe auf der Site.
failed = Ein Fehler der Site hat verhindert, dass sie veröffentlicht wird. Die Admins können den Fehler sehen. Du kannst deinen Text auf der Site veröffentlichen.
# In "Try again in {wait}."
minutes = { $minutes ->
    [one] einer Minute
   *[other] { $minutes } Minuten
}
