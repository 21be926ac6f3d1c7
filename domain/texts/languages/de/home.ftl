title = Ungelesen
topics-at-least = Über { $count } Themen
following = Themen, denen du folgst
other-topics = Andere Themen
read-all = Alles als gelesen markieren
read = Als gelesen markieren
mute = Stummschalten
more-unread = { $count } weitere ungelesen

waiting = Wartet auf Prüfung
reported = { $count ->
    [one] { $count } gemeldete Nachricht
   *[other] { $count } gemeldete Nachrichten
}
asked = { $count ->
    [one] { $count } Beitrittsanfrage
   *[other] { $count } Beitrittsanfragen
}
invitations = Einladungen

first-page = ↑ Erste ungelesene Themen
next-page = Weitere ungelesene Themen →

welcome = Willkommen, { $name }
no-groups = Du bist noch in keiner Gruppe. Tritt einer bei, um hier ihre neuen Nachrichten zu sehen.
create-own = Eigene Gruppe erstellen
caught-up = Du hast alles gelesen
caught-up-about = Neue Nachrichten in deinen Gruppen erscheinen hier von selbst.
discover = Gruppen entdecken
discover-more = Weitere Gruppen entdecken
active-groups = Aktive Gruppen

place = Ein Ort für Gespräche
line = Ein Ort für Gespräche.
about = Tritt einer Gruppe bei, verfolge ihre Gespräche live und lies dort weiter, wo du aufgehört hast.
create-account = Konto erstellen
sign-in = Anmelden
no-public-groups = Noch keine öffentlichen Gruppen. Sie werden hier stehen.
recent = Zuletzt aktiv
all-groups = Alle Gruppen →
