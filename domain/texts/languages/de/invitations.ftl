asked-title = Du hast eine Beitrittsanfrage gesendet
asked = Ein Moderator prüft deine Anfrage (gesendet { $time }). Wird sie angenommen, erscheint die Gruppe in deiner Liste.
withdraw-request = Anfrage zurückziehen
declined-until = Deine Anfrage wurde abgelehnt. Ab { $day } kannst du wieder anfragen.
no-longer-accepts = Diese Gruppe ist archiviert und nimmt keine Mitglieder mehr auf.
sign-in-to-ask = Nur Mitglieder können lesen und schreiben. Melde dich an, um eine Beitrittsanfrage zu senden.
moderators-decide = Nur Mitglieder können lesen und schreiben. Moderatoren entscheiden, wer beitritt.
message = Nachricht (optional)
message-hint = Die Moderatoren, die deine Anfrage prüfen, sehen sie.
request-to-join = Beitrittsanfrage senden

waiting = { $count ->
    [one] { $count } wartet
   *[other] { $count } warten
}
no-requests = Keine Anfragen
requests-hint = Beitrittsanfragen erscheinen hier.
view-or-ban = Akte ansehen oder sperren
view-or-ban-named = Akte ansehen oder sperren: { $name }
approve = Annehmen
approve-named = { $name } annehmen
decline = Ablehnen
decline-named = { $name } ablehnen
selected = Ausgewählte:

invitations = Einladungen
none = Gerade keine Einladungen. Wenn dich jemand in eine Gruppe einlädt, kannst du die Einladung hier annehmen oder ablehnen.
invited-you = { $person } hat dich eingeladen
accept = Annehmen
accept-named = Annehmen: { $group }
decline-group = Ablehnen: { $group }
your-requests = Deine Beitrittsanfragen
private-group = eine private Gruppe
declined-at = abgelehnt { $time }
sent-at = gesendet { $time }
withdraw = Zurückziehen
withdraw-named = Zurückziehen: { $group }

invitation = Einladung
invited-you-to = { $name } lädt dich ein in
already-in = Du bist schon in dieser Gruppe.
go-to-group = Zur Gruppe
sign-in-first = Melde dich an oder erstelle ein Konto. Dann kannst du die Einladung annehmen.
create-account = Konto erstellen
review-follows = Du hast eine Beitrittsanfrage gesendet. Ein Moderator prüft sie.
join-group = Gruppe beitreten
not-now = Jetzt nicht

copy-link = Kopiere diesen Link jetzt. Er wird nicht noch einmal angezeigt.
invite-link = Einladungslink
by-username = Mit Benutzernamen einladen
by-username-hint = Die Person kann die Einladung annehmen oder ablehnen.
send-invitation = Einladung senden
new-link = Neuer Einladungslink
anyone = Wer diesen Link hat,
joins-as-member = wird Mitglied
can-ask = kann eine Beitrittsanfrage senden
joins-as-moderator = wird Moderator
joins-as-admin = wird Admin
most-uses = Wie oft benutzbar
expires-after = Gültigkeit (Tage)
create-link = Link erstellen
links = Einladungslinks
lets-ask = Erlaubt Beitrittsanfragen
lets-join = Erlaubt den Beitritt
lets-moderate = Erlaubt den Beitritt als Moderator
lets-administer = Erlaubt den Beitritt als Admin
made-by = von { $name }, { $time }
expires = läuft am { $day } ab
used-and-left = { $used }-mal benutzt, noch { $left }-mal benutzbar
revoke = Widerrufen
revoke-named = Link { $id } von { $name } widerrufen
pending = Offene Einladungen
withdraw-invitation = Einladung für { $name } zurückziehen
archived = Diese Gruppe ist archiviert, deshalb kann niemand eingeladen werden.
