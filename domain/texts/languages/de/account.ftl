sign-in = Anmelden
username-or-email = Benutzername oder E-Mail-Adresse
password = Passwort
create-an-account = Konto erstellen
forgot-password = Passwort vergessen?

two-factor = Zwei-Faktor-Anmeldung
code = Code
code-hint = Der 6-stellige Code aus deiner Authenticator-App oder ein Wiederherstellungscode.
start-over = Von vorn beginnen

create-account = Konto erstellen
username = Benutzername
username-hint = Steht neben deinen Nachrichten. Verwende Buchstaben und Ziffern, dazwischen auch _ - oder einen Punkt.
email = E-Mail-Adresse
password-hint = Verwende mindestens 8 Zeichen. Ein paar zufällige Wörter sind leicht zu merken und schwer zu erraten.
why-join = Warum möchtest du mitmachen?
why-join-hint = Ein Admin prüft jedes neue Konto und liest das hier.
consent = Zustimmung
accept = Ich habe { $pages } gelesen und akzeptiere sie.
sign-in-instead = Stattdessen anmelden
needs-invitation = Um hier ein Konto zu erstellen, brauchst du eine Einladung von einem Admin. Die öffentlichen Gruppen kannst du auch ohne lesen.
invitation-ended = Diese Einladung ist abgelaufen oder wurde schon benutzt. Bitte die Person, die sie gesendet hat, um eine neue.
sign-up-closed = Diese Site nimmt gerade keine neuen Konten an. Die öffentlichen Gruppen kannst du trotzdem lesen.
discover-groups = Gruppen entdecken

first-admin = Adminkonto erstellen
first-admin-about = Das ist eine neue Site, und mit diesem Konto wird sie verwaltet.

waiting-title = Warten auf Freigabe
waiting = Dein Konto wartet auf Freigabe
declined-title = Konto abgelehnt
declined = Dein Konto wurde abgelehnt
declined-about = Ein Admin von { $site } hat dein Konto geprüft und abgelehnt. Das Konto und seine Daten werden innerhalb einer Woche gelöscht.
waiting-about = Ein Admin von { $site } prüft jedes neue Konto. Deins wurde { $time } erstellt. Bis zur Freigabe kannst du die öffentlichen <a href="{ $url }">Gruppen</a> lesen, aber nichts schreiben.
waiting-check = Schau später noch einmal vorbei. Sobald dein Konto freigegeben ist, kannst du schreiben.
waiting-email = Wir senden dir eine E-Mail, sobald es entschieden ist.
waiting-confirm = Bestätige { $address } mit dem Link aus unserer E-Mail, dann sagen wir dir Bescheid, sobald es entschieden ist. Sonst schau später noch einmal vorbei.
check-again = Noch einmal nachsehen

reset = Passwort zurücksetzen
reset-about = Gib die E-Mail-Adresse deines Kontos ein. Wir senden dir einen Link, mit dem du ein neues Passwort festlegen kannst.
reset-without-email = Diese Site kann keine E-Mails senden. Gib die E-Mail-Adresse deines Kontos ein und bitte einen Admin um den Link, mit dem du ein neues Passwort festlegen kannst.
reset-email-hint = Verwende eine Adresse, die du bestätigt hast.
send-reset-link = Link senden
create-reset-link = Link erstellen
back-to-sign-in = Zurück zur Anmeldung

new-password-title = Neues Passwort festlegen
new-password-for = Neues Passwort für { $name } festlegen
new-password = Neues Passwort
new-password-hint = Ein paar zufällige Wörter sind leicht zu merken und schwer zu erraten. Alle deine Sitzungen werden beendet.
set-password = Passwort festlegen

confirm-email = E-Mail-Adresse bestätigen
confirm-question = Soll <b>{ $address }</b> die E-Mail-Adresse des Kontos <b>{ $username }</b> sein?
confirm-button = E-Mail-Adresse bestätigen
cancel = Abbrechen

download-title = Deine Daten herunterladen
download = Daten von { $username } herunterladen
download-about = Eine Datei mit allem, was du geschrieben hast, und allem, was über dich gespeichert ist. Dieser Link funktioniert nur einmal.
download-button = Daten herunterladen

link-ended = Dieser Link funktioniert nicht mehr
link-ended-why = Er ist abgelaufen, wurde schon benutzt oder durch einen neueren ersetzt.
link-damaged-why = Er ist unvollständig oder gehört zu einem gelöschten Konto.
request-link = Neuen Link anfordern
go-to-email-settings = Zu den E-Mail-Einstellungen
go-to-notification-settings = Zu den Benachrichtigungseinstellungen
ended-download = Du kannst <a href="{ $url }">deine Daten</a> selbst herunterladen oder einen Site-Admin um einen neuen Link bitten.
ended-first-admin = Starte Klatch auf dem Server neu, um einen neuen Link zu bekommen. Solange die Site keinen Admin hat, gibt es beim Start einen aus.
ended-invitation = Bitte die Person, die ihn gesendet hat, um einen neuen.

prove = Bestätige, dass du es bist
prove-about = Admins müssen ihr Passwort noch einmal eingeben, wenn sie das in den letzten 15 Minuten nicht getan haben. Danach wird deine Änderung gespeichert.
prove-hint = Oder gib den 6-stelligen Code aus deiner Authenticator-App ein.
continue = Weiter

sign-ups-open = Alle können ein Konto erstellen. Dafür braucht man weder eine Freigabe noch einen Link.
sign-ups-invited = Nur wer einen der Links unten hat, kann ein Konto erstellen.
sign-ups-approved = Neue Konten warten hier auf Freigabe, außer wenn sie mit einem Link erstellt wurden.
sign-ups-closed = Niemand kann ein Konto erstellen, auch nicht mit einem Link.
