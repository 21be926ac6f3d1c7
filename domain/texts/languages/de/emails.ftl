hello = Hallo { $name },
hello-nobody = Hallo,
link-until = Dieser Link funktioniert einmal und läuft am { $until } ab.
ignore = Wenn du das nicht warst, kannst du diese E-Mail ignorieren.
not-you = Wenn du das nicht warst, ändere jetzt dein Passwort und beende alle Sitzungen, die du nicht kennst.
not-asked = Wenn du nicht darum gebeten hast, wende dich an die Betreiber von { $site }.
reset-password = Passwort zurücksetzen
view-sessions = Sitzungen ansehen
view-notices = Mitteilungen ansehen
view-message = Nachricht ansehen
go-to-group = Zur Gruppe

taken-subject = Du hast schon ein Konto bei { $site }
taken = Jemand, vielleicht du, hat { $address } als E-Mail-Adresse des Kontos { $name } bei { $site } angegeben.
taken-by = Sie gehört schon zum Konto { $holder }, deshalb hat sich nichts geändert.

confirm-subject = Bestätige deine E-Mail-Adresse für { $site }
confirm = Bitte bestätige, dass { $address } die E-Mail-Adresse des Kontos { $name } bei { $site } ist.
confirm-button = E-Mail-Adresse bestätigen

reset-subject = Setze dein Passwort für { $site } zurück
reset = Jemand, vielleicht du oder ein Admin, will das Passwort des Kontos { $name } bei { $site } zurücksetzen.
reset-button = Neues Passwort festlegen
reset-ignore = Wenn du das nicht warst, kannst du diese E-Mail ignorieren. Dein Passwort ändert sich dann nicht.

address-asked-subject = Bei { $site } wurde eine neue E-Mail-Adresse angefordert
address-asked = Jemand, vielleicht du, will die E-Mail-Adresse des Kontos { $name } bei { $site } ändern. Sie bleibt { $address }, bis die neue Adresse bestätigt ist.
address-asked-sessions = Alle anderen Sitzungen wurden beendet.
address-asked-not-you = Wenn du das nicht warst, kennt jemand dein Passwort. Setze es jetzt zurück, um die Änderung abzubrechen.

address-changed-subject = Deine E-Mail-Adresse bei { $site } wurde geändert
address-changed = Das Konto { $name } bei { $site } benutzt { $address } nicht mehr. Das ist die letzte E-Mail an diese Adresse.
address-changed-not-you = Wenn du das nicht warst, kennt jemand dein Passwort. Wende dich an die Betreiber von { $site }.

password-changed-subject = Dein Passwort bei { $site } wurde geändert
password-changed = Das Passwort des Kontos { $name } bei { $site } wurde geändert. Alle anderen Sitzungen wurden beendet.
password-changed-not-you = Wenn du das nicht warst, setze jetzt dein Passwort zurück.

two-factor-on-subject = Die Zwei-Faktor-Anmeldung bei { $site } ist eingeschaltet
two-factor-on = Die Zwei-Faktor-Anmeldung wurde für das Konto { $name } eingeschaltet. Bewahre deine Wiederherstellungscodes so auf, dass du auch ohne dein Handy an sie herankommst.
two-factor-off-subject = Die Zwei-Faktor-Anmeldung bei { $site } ist ausgeschaltet
two-factor-off = Die Zwei-Faktor-Anmeldung wurde für das Konto { $name } ausgeschaltet. Zum Anmelden genügt jetzt das Passwort.

token-made-subject = Bei { $site } wurde ein neues API-Token erstellt
token-made = Für das Konto { $name } wurde ein API-Token erstellt. Ein Programm kann es anstelle des Passworts benutzen.
token-made-button = API-Tokens ansehen
token-made-not-you = Wenn du das nicht warst, ändere jetzt dein Passwort. Damit werden alle Tokens ungültig.

recovery-used-subject = Bei { $site } wurde ein Wiederherstellungscode benutzt
recovery-used = Jemand hat sich als { $name } mit einem Wiederherstellungscode angemeldet. Dieser Code gilt nicht mehr.

deleted-subject = Dein Konto bei { $site } wurde gelöscht
deleted = Das Konto { $name } bei { $site } wurde gelöscht, wie von dir gewünscht. Das ist die letzte E-Mail dazu.
deleted-thanks = Danke, dass du dabei warst.
deleted-by-admin = Ein Admin von { $site } hat das Konto gelöscht, zu dem diese Adresse gehörte. Das ist die letzte E-Mail dazu.

approved-subject = Dein Konto bei { $site } wurde freigegeben
approved = Willkommen! Ein Admin von { $site } hat dein Konto { $name } freigegeben.
approved-button = Zur Site

declined-subject = Dein Konto bei { $site } wurde abgelehnt
declined = Ein Admin von { $site } hat dein Konto { $name } geprüft und abgelehnt.
declined-deleted = Das Konto und seine Daten werden innerhalb einer Woche gelöscht.

suspended-subject = Dein Konto bei { $site } ist vorübergehend gesperrt
suspended = Das Konto { $name } bei { $site } ist bis { $until } gesperrt. Ein Admin hat diesen Grund genannt:
banned-subject = Dein Konto bei { $site } ist gesperrt
banned = Das Konto { $name } bei { $site } ist gesperrt. Ein Admin hat diesen Grund genannt:
restricted-signed-out = Du wurdest überall abgemeldet. Deine Nachrichten bleiben, wo sie sind.
reinstated-subject = Du kannst dein Konto bei { $site } wieder benutzen
reinstated = Das Konto { $name } bei { $site } ist nicht mehr gesperrt.
reinstated-button = Anmelden

new-browser-subject = Neue Anmeldung mit deinem Konto bei { $site }
new-browser = Jemand hat sich mit einem Browser beim Konto { $name } angemeldet, in dem das Konto noch nie benutzt wurde oder nicht mehr, seit das Passwort festgelegt wurde.
new-browser-facts = Zeit: { $at }. Netzwerkadresse: { $network }. Browser: { $browser }.
unknown-browser = unbekannt
new-browser-you = Wenn du das warst, ist nichts zu tun.
new-browser-not-you = Wenn nicht, kennt jemand dein Passwort. Ändere es jetzt und beende alle Sitzungen, die du nicht kennst.

many-attempts-subject = Viele Anmeldeversuche für dein Konto bei { $site }
many-attempts = Heute gab es ungewöhnlich viele Versuche, sich beim Konto { $name } bei { $site } mit Browsern anzumelden, in denen das Konto noch nie benutzt wurde.
many-attempts-limit = Bis morgen hat jedes Netzwerk nur noch wenige Versuche. Browser, die du schon benutzt hast, sind nicht betroffen.
many-attempts-advice = Wenn dein Passwort lang ist und du es nirgends sonst benutzt, ist nichts zu tun. Wenn ein neuer Browser von dir blockiert wird, setze dein Passwort in diesem Browser zurück, um dich anzumelden.

invited-subject = { $person } hat dich in die Gruppe { $group } bei { $site } eingeladen
invited = { $person } hat dich eingeladen, der Gruppe { $group } bei { $site } beizutreten.
invited-button = Annehmen oder ablehnen
invited-stop = Wenn du keine Einladungen von { $person } mehr bekommen willst, ignoriere diese Person auf ihrem Profil.

join-requested-subject = Jemand möchte der Gruppe { $group } bei { $site } beitreten
join-requested = Jemand möchte der Gruppe { $group } beitreten. Du moderierst sie und kannst Anfragen annehmen oder ablehnen.
join-requested-stop = Du bekommst höchstens eine dieser E-Mails am Tag. Wenn du keine mehr willst, schalte die Gruppe stumm.

admitted-subject = Du bist jetzt Mitglied der Gruppe { $group } bei { $site }
admitted = Jemand von der Moderation der Gruppe { $group } hat deine Beitrittsanfrage angenommen.

group-inherited-subject = Du bist jetzt Admin der Gruppe { $group } bei { $site }
group-inherited = Der letzte Admin der Gruppe { $group } ist gegangen, deshalb bist du jetzt ihr Admin. Du kannst ihre Einstellungen ändern und Rollen vergeben.
group-inherited-advice = Wenn du nicht ihr Admin sein willst, übergib die Gruppe einem anderen Mitglied.

group-succeeded-subject = Die Gruppe { $group } bei { $site } hat einen neuen Admin
group-succeeded = Der letzte Admin der Gruppe { $group } ist gegangen, deshalb ist jetzt ihr Admin, wer sie am längsten moderiert oder am längsten Mitglied ist. Du bekommst diese E-Mail, weil du Admin von { $site } bist.
group-succeeded-button = Moderationsprotokoll ansehen

data-link-subject = Deine Daten von { $site }
data-link = Ein Admin von { $site } hat dir diesen Link geschickt, um die Daten des Kontos { $name } herunterzuladen: alles, was du geschrieben hast, und alles, was über dich gespeichert ist. Du musst dich dafür nicht anmelden.
data-link-button = Daten herunterladen
data-link-secret = Gib diesen Link nicht weiter. Wenn du nicht darum gebeten hast, kannst du diese E-Mail ignorieren.

exported-subject = Deine Daten bei { $site } wurden exportiert
exported = Die Betreiber von { $site } haben die Daten des Kontos { $name } exportiert: alles, was du geschrieben hast, und alles, was über dich gespeichert ist.

address-confirmed-subject = Deine E-Mail-Adresse bei { $site } ist bestätigt
address-confirmed = Ein Admin von { $site } hat bestätigt, dass { $address } zum Konto { $name } gehört. E-Mails über das Konto gehen jetzt an diese Adresse.
address-confirmed-not-you = Wenn das nicht dein Konto ist, wende dich an die Betreiber von { $site }.

sessions-ended-subject = Du wurdest bei { $site } abgemeldet
sessions-ended = Ein Admin von { $site } hat Sitzungen des Kontos { $name } beendet.
sessions-ended-advice = Melde dich überall wieder an, wo du abgemeldet wurdest.

admin-made-subject = Du bist jetzt Admin von { $site }
admin-made = Das Konto { $name } ist jetzt Admin von { $site }.
admin-made-button = Zu den Admin-Seiten
admin-made-advice = Schalte in deinen Einstellungen die Zwei-Faktor-Anmeldung ein, um das Konto zu schützen.
admin-unmade-subject = Du bist nicht mehr Admin von { $site }
admin-unmade = Das Konto { $name } ist nicht mehr Admin von { $site }. Sonst hat sich nichts geändert.

notice-subject = Eine Mitteilung von { $site }
decision-subject = Eine Entscheidung der Moderation bei { $site }
decision-contact = In deinen Mitteilungen steht auch, an wen du dich wenden kannst, wenn du nicht einverstanden bist.
reason = Grund: { $reason }
report-received-subject = Deine Meldung bei { $site } ist angekommen
report-received = Am { $at } hat jemand, wahrscheinlich du, eine Nachricht bei { $site } gemeldet und diese Adresse angegeben. Grund: { $grounds }.
report-received-next = Ein Mensch wird sie prüfen, und wir schicken dir die Entscheidung per E-Mail.
report-answered-subject = Deine Meldung bei { $site } wurde geprüft
report-answered-again = Wenn du nicht einverstanden bist, melde die Nachricht noch einmal und erkläre, warum. Du kannst in jedem Fall vor Gericht gehen oder dich an eine außergerichtliche Streitbeilegungsstelle wenden.

messages-subject = Neue Nachrichten bei { $site }
many-subject = { $count } neue Nachrichten bei { $site }
intro = { $count ->
    [one] Bei { $site } gibt es eine neue Nachricht für dich.
   *[other] Bei { $site } gibt es { $count } neue Nachrichten für dich.
}
why-reply = antwortet dir
why-mention = erwähnt dich
why-direct = Direktnachricht
why-followed = in einem Thema, dem du folgst
spoiler = (Diese Nachricht enthält einen Spoiler. Folge dem Link, um sie zu lesen.)
read-it = Auf der Site lesen
no-room = Für { $count } weitere ist in dieser E-Mail kein Platz.
read-them = Auf der Site lesen
because = Du bekommst diese E-Mail wegen deiner Einstellungen bei { $site }, { $url }
because-html = Du bekommst diese E-Mail wegen deiner Einstellungen bei <a href="{ $url }">{ $site }</a>.
change = Ändern, worüber du E-Mails bekommst
stop = { $concern ->
    [mentions] Keine E-Mails mehr über Erwähnungen und Antworten
    [directs] Keine E-Mails mehr über Direktnachrichten
    [followed] Keine E-Mails mehr über Themen, denen du folgst
   *[other] Keine E-Mails mehr über Neues in deinen Gruppen
}

test-subject = Test-E-Mail von { $site }
test = Wenn du das lesen kannst, kann { $url } E-Mails senden.

returned-subject = Deine E-Mail an { $site } wurde nicht veröffentlicht
returned = Die E-Mail von { $name } an { $site } wurde nicht veröffentlicht.
returned-about = Die E-Mail von { $name } an { $site } („{ $subject }“) wurde nicht veröffentlicht.
returned-text = Das hast du geschrieben:
