banned = Du bist aus dieser Gruppe ausgesperrt.
asked-title = Du hast den Beitritt angefragt
asked = Ein Moderator prüft deine Anfrage (gesendet { $time }). Wird sie angenommen, erscheint die Gruppe in deiner Liste.
withdraw-request = Anfrage zurückziehen
declined-until = Deine Anfrage wurde abgelehnt. Ab { $day } kannst du wieder anfragen.
no-longer-accepts = Diese Gruppe ist archiviert und nimmt keine Mitglieder mehr auf.
sign-in-to-ask = Nur Mitglieder können lesen und schreiben. Melde dich an, um den Beitritt anzufragen.
moderators-decide = Nur Mitglieder können lesen und schreiben. Moderatoren entscheiden, wer beitritt.
message = Nachricht (freiwillig)
message-hint = Die Moderatoren, die deine Anfrage prüfen, sehen sie.
request-to-join = Beitritt anfragen

waiting = { $count ->
    [one] { $count } wartet
   *[other] { $count } warten
}
no-requests = Keine Anfragen
requests-hint = Beitrittsanfragen erscheinen hier.
view-or-ban = Akte ansehen oder aussperren
view-or-ban-named = Akte von { $name } ansehen oder { $name } aussperren
approve = Annehmen
approve-named = { $name } annehmen
decline = Ablehnen
decline-named = { $name } ablehnen
selected = Ausgewählte:

invitations = Einladungen
none = Gerade keine Einladungen. Wenn dich jemand in eine Gruppe einlädt, kannst du das hier annehmen oder ablehnen.
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
review-follows = Du hast den Beitritt angefragt. Ein Moderator prüft deine Anfrage.
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
can-ask = kann den Beitritt anfragen
joins-as-moderator = wird Moderator
joins-as-admin = wird Admin
most-uses = Höchstens so oft benutzbar
expires-after = Läuft ab nach (Tagen)
create-link = Link erstellen
links = Einladungslinks
lets-ask = Erlaubt, den Beitritt anzufragen
lets-join = Erlaubt beizutreten
lets-moderate = Erlaubt, als Moderator beizutreten
lets-administer = Erlaubt, als Admin beizutreten
made-by = von { $name }, { $time }
expires = läuft am { $day } ab
used-and-left = { $used }-mal benutzt, { $left }-mal übrig
revoke = Widerrufen
revoke-named = Link { $id } von { $name } widerrufen
pending = Offene Einladungen
withdraw-invitation = Einladung für { $name } zurückziehen
archived = Diese Gruppe ist archiviert, deshalb kann niemand eingeladen werden.
