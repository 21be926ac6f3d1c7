settings = Einstellungen
profile = Profil
email = E-Mail
notifications = Benachrichtigungen
password = Passwort
two-factor = Zwei-Faktor-Anmeldung
privacy = Privatsphäre
push = Push-Benachrichtigungen
sessions = Sitzungen
tokens = API-Tokens
bots = Bots
attachments = Anhänge
account = Konto

save = Speichern
cancel = Abbrechen
username = Benutzername
your-password = Dein Passwort
this-browser = dieser Browser
last-used = zuletzt benutzt: { $time }
never-used = nie benutzt
created = erstellt am { $day }

display-name = Anzeigename
display-name-hint = Steht zusammen mit deinem Benutzernamen neben deinen Nachrichten. Erwähnt wirst du mit deinem Benutzernamen.
bio = Über mich
location = Ort
website = Website
theme = Farbschema
theme-system = System
theme-light = Hell
theme-dark = Dunkel
following = Folgen
follow-written = Themen folgen, in denen ich schreibe. Sie stehen oben, wenn sie neue Nachrichten haben, auch in stummgeschalteten Gruppen.
avatar = Avatar
avatar-hint = PNG, JPEG, GIF oder WebP, höchstens 8 MB. Er wird kreisförmig zugeschnitten. Alle können ihn sehen.

email-not-sent = Diese Site kann keine E-Mails senden. Bitte einen Admin, deine Adresse zu bestätigen.
confirmed = bestätigt
no-address = Noch keine Adresse. Ohne sie kannst du ein vergessenes Passwort nicht zurücksetzen.
not-confirmed = noch nicht bestätigt
new-address-sent-above = Wir haben einen Link an diese Adresse gesendet. Bis du ihn öffnest, verwenden wir weiter die Adresse oben.
new-address-sent = Wir haben einen Link an diese Adresse gesendet. Bis du ihn öffnest, senden wir nichts anderes dorthin.
new-address-above = Bis sie bestätigt ist, verwenden wir weiter die Adresse oben.
new-address = Bis sie bestätigt ist, senden wir nichts anderes dorthin.
resend-email = E-Mail noch einmal senden
email-address = E-Mail-Adresse
email-address-hint = Nur du und die Site-Admins können sie sehen. Lass das Feld leer, um deine Adresse zu entfernen.
others-signed-out = Andere Sitzungen werden beendet.
others-signed-out-notified = Andere Sitzungen werden beendet, und wir benachrichtigen { $address }.
change-email-address = E-Mail-Adresse ändern

current-password = Aktuelles Passwort
new-password = Neues Passwort
new-password-hint = Ein paar zufällige Wörter sind leicht zu merken und schwer zu erraten. Andere Sitzungen werden beendet, und deine API-Tokens werden widerrufen.
change-password = Passwort ändern

two-factor-about = Mit der Zwei-Faktor-Anmeldung brauchst du beim Anmelden auch einen 6-stelligen Code aus einer Authenticator-App auf deinem Handy, die alle 30 Sekunden einen neuen zeigt.
set-up-two-factor = Zwei-Faktor-Anmeldung einrichten
scan = Scanne diesen QR-Code mit deiner Authenticator-App oder gib den Schlüssel ein.
qr-code = QR-Code für deine Authenticator-App
code-from-app = Code aus der App
turn-on-two-factor = Zwei-Faktor-Anmeldung einschalten
on-since = <b>Eingeschaltet</b> seit { $day }
codes-left = { $count ->
    [one] Noch { $count } Wiederherstellungscode übrig.
   *[other] Noch { $count } Wiederherstellungscodes übrig.
}
create-codes = Neue Wiederherstellungscodes erstellen
turn-off-two-factor = Zwei-Faktor-Anmeldung ausschalten
recovery-codes = Wiederherstellungscodes
recovery-codes-about = Jeder Code funktioniert einmal anstelle eines Codes aus deiner App, zum Beispiel wenn du dein Handy verlierst. Drucke die Codes aus oder schreibe sie auf: Du kannst sie nicht noch einmal sehen.
saved-codes = Ich habe meine Codes gesichert

who-messages = Wer dir schreiben kann
from-anyone = Alle, die angemeldet sind
from-shared = Personen, die mit dir in einer Gruppe sind
from-nobody = Niemand
ignored = Ignorierte Personen
none-ignored = Du ignorierst niemanden. Du kannst Personen auf ihrem Profil ignorieren. Ihre Nachrichten sind für dich dann eingeklappt und zählen nicht als ungelesen.
stop-ignoring = Nicht mehr ignorieren
stop-ignoring-person = { $name } nicht mehr ignorieren

push-about = Benachrichtigungen auf deinem Handy oder Computer, auch wenn diese Site geschlossen ist. Solange du eine Seite dieser Site vor dir hast, bekommst du keine.
notify-about = Benachrichtige mich über
push-directs = Direktnachrichten
push-mentions = Erwähnungen
push-replies = Antworten auf meine Nachrichten
push-followed = Alle Nachrichten in Themen, denen ich folge
devices = Geräte
no-devices = Noch bekommt kein Gerät Benachrichtigungen.
turned-on = eingeschaltet am { $day }
last-notification = letzte Benachrichtigung: { $time }
remove = Entfernen
remove-device = { $device } entfernen
push-needs-script = Erlaube JavaScript, um Benachrichtigungen auf diesem Gerät einzuschalten.
push-unable = Dieser Browser kann hier keine Push-Benachrichtigungen bekommen. Füge die Site auf einem iPhone oder iPad zuerst zum Home-Bildschirm hinzu und öffne sie von dort.
push-denied = Benachrichtigungen sind blockiert. Erlaube sie für diese Site in den Einstellungen deines Browsers und versuche es dann noch einmal.
push-failed = Benachrichtigungen können gerade nicht eingeschaltet werden. Versuche es später noch einmal.
push-again-here = Für dieses Gerät noch einmal einschalten
push-here = Für dieses Gerät einschalten
push-signed-out = Ein Gerät wird entfernt, wenn du dich darauf abmeldest. Wenn du dich wieder anmeldest, wird es wieder eingeschaltet.

sessions-about = Wo du angemeldet bist. Beende jede Sitzung, die du nicht kennst, und ändere dann dein Passwort.
signed-in = angemeldet am { $day }
sign-out = Abmelden
sign-out-here = Hier abmelden
end-session = Sitzung beenden
end-session-on = Sitzung beenden: { $device }

new-token = Neues API-Token
copy-token = Kopiere dieses Token jetzt. Du kannst es nicht noch einmal sehen.
feed = Der Feed aller deiner Gruppen, für einen Feedreader:
feed-of-one = Für eine einzelne Gruppe oder ein einzelnes Thema hänge <code>{ $end }</code> an die URL an. Wer eine solche URL kennt, kann diese Feeds lesen, bis du das Token widerrufst.
done = Fertig
tokens-about = Programme melden sich mit deinem Benutzernamen und einem API-Token statt deines Passworts an. Du kannst jedes Token einzeln widerrufen. Wenn du dein Passwort änderst, werden alle widerrufen.
expired = abgelaufen
expires-on = läuft ab am { $day }
expired-on = abgelaufen am { $day }
no-end = läuft nicht ab
revoke = Widerrufen
revoke-token = { $name } widerrufen
create-token-heading = Neues Token
token-name = Name
token-name-hint = Das Programm, das dieses Token verwenden wird.
everywhere = überall
in-no-group = in keiner deiner Gruppen
in-groups = in { $groups }
access = Zugriff
access-all = Überall
access-all-hint = alle deine Gruppen und Unterhaltungen
access-some = Nur diese Gruppen
create-token = Token erstellen

scope = { $scope ->
    [read] lesen
    [write] schreiben
    [moderate] moderieren
    [admin] verwalten
   *[feeds] Feeds
}
permissions = Berechtigungen
scope-read = Lesen
scope-read-hint = alles, was du lesen kannst
scope-read-bot-hint = alles, was der Bot lesen kann
scope-write = Schreiben
scope-write-hint = Nachrichten schreiben, Sterne geben, Gruppen beitreten, als gelesen markieren
scope-moderate = Moderieren
scope-moderate-hint = Nachrichten anderer verwalten, wo du moderierst
scope-moderate-bot-hint = Nachrichten anderer verwalten, wo der Bot moderiert
scope-admin = Verwalten
scope-admin-hint = die Site verwalten, wenn du Site-Admin bist
scope-feeds = Feeds lesen
scope-feeds-hint = in einem Feedreader, mit einer URL, die das Token enthält

expires = Läuft ab
in-days = in { $days } Tagen
in-a-year = in 1 Jahr
never = nie

bots-about = Ein Bot ist ein Konto für ein Programm. Du bist für deine Bots verantwortlich: Dein Name steht auf ihrem Profil, und wenn du gesperrt wirst, sind sie es auch. Als Bot kann sich niemand anmelden; seine Programme verwenden API-Tokens.
manage = Verwalten
manage-bot = { $name } verwalten
new-bot = Neuer Bot
bot-name-hint = Steht neben seinen Nachrichten, mit dem Zeichen „Bot“.
create-bot = Bot erstellen
bot-profile = Profil
bot-tokens-about = Programme melden sich mit dem Benutzernamen des Bots und einem API-Token statt eines Passworts an.
bot-tokens-in-group = Die Tokens dieses Bots funktionieren nur in seiner Gruppe.
delete-bot = Bot löschen
delete-bot-about = Seine Tokens und eingehenden Webhooks funktionieren sofort nicht mehr. Seine Nachrichten bleiben, ohne seinen Namen.

username-hint = Links zu deinem alten Benutzernamen führen zum neuen, und niemand sonst kann ihn bekommen.
change-username = Benutzernamen ändern
your-data = Deine Daten
your-data-about = Alles, was über dich gespeichert ist, in einer ZIP-Datei: dein Profil und deine Einstellungen, Sitzungen, Gruppen, ignorierte Personen, Anfragen, Einladungen, Mitteilungen und was du gelesen, geschrieben und gemeldet hast, wem du folgst, was du stummgeschaltet hast und wofür du Sterne gegeben hast. Jeder Eintrag ist eine Zeile JSON in <code>data.jsonl</code>; deine Dateien liegen daneben. Gruppen und Themen, die du nicht mehr sehen kannst, stehen ohne Namen darin.
download-data = Daten herunterladen
delete-account = Konto löschen
delete-account-about = Löscht dein Konto endgültig. Du siehst zuerst, was gelöscht wird und was bleibt.

delete-question = Dein Konto löschen?
is-deleted = { $groups ->
    [0] <b>Gelöscht werden:</b> dein Name, dein Profil, deine E-Mail-Adresse, alle Sitzungen, deine Sterne und Erwähnungen von dir.
    [one] <b>Gelöscht werden:</b> dein Name, dein Profil, deine E-Mail-Adresse, alle Sitzungen, deine Mitgliedschaft in { $groups } Gruppe, deine Sterne und Erwähnungen von dir.
   *[other] <b>Gelöscht werden:</b> dein Name, dein Profil, deine E-Mail-Adresse, alle Sitzungen, deine Mitgliedschaft in { $groups } Gruppen, deine Sterne und Erwähnungen von dir.
} Wenn nur du Admin einer Gruppe bist, übernimmt ein anderes Mitglied diese Rolle. Niemand kann das Konto wiederherstellen, und der Benutzername bleibt 90 Tage lang reserviert.
is-kept = <b>Es bleiben:</b> die Themen, die du begonnen hast, mit ihren Titeln. Du entscheidest, was mit deinen Nachrichten geschieht.
your-messages = Deine Nachrichten
keep-messages = Behalten, ohne meinen Namen
keep-messages-hint = Themen bleiben verständlich. Die Nachrichten stammen dann sichtbar von einem gelöschten Konto.
delete-messages = Löschen
delete-messages-hint = Für jede Nachricht bleibt ein Platzhalter.
download-first = Vielleicht möchtest du zuerst <a href="{ $url }" download>deine Daten herunterladen</a>.
