count-accounts = { $count ->
    [one] { $count } Konto
   *[other] { $count } Konten
}
search-label = Benutzername oder E-Mail
all-accounts = Alle Konten
no-accounts = Keine Konten gefunden.
none-match = Keine Konten passen zu „{ $words }“.
username = Benutzername
last-seen = Zuletzt gesehen
joined-head = Registriert
profile = Profil
profile-of = Profil von { $name }
admin-tag = Admin
deleted-tag = gelöscht
unclaimed-tag = noch nicht übernommen
bot-tag = Bot
suspended-tag = vorübergehend gesperrt
banned-tag = gesperrt
declined-tag = abgelehnt
waiting-tag = wartet auf Freigabe
none = keine
unknown = unbekannt

site-admin = Site-Admin
waits = Dieses Konto wartet auf Freigabe oder wurde abgelehnt. <a href="/admin/sign-ups">Registrierungen ansehen</a>.
suspended-until = Gesperrt bis { $time }
banned = Gesperrt
lift-ban = Sperre aufheben
lift-suspension = Vorübergehende Sperre aufheben
admins-exempt = Site-Admins können nicht gesperrt werden. Entferne diese Person zuerst als Admin.
suspend-or-ban = Sperren
reason = Grund
reason-hint = Die Person sieht ihn, wenn sie sich anmelden will. Das öffentliche Moderationsprotokoll zeigt ihn mit euren beiden Namen.
suspend-days = Vorübergehend sperren für (Tage)
suspend = Vorübergehend sperren
ban-permanently = Endgültig sperren
suspend-hint = Die Person wird sofort überall abgemeldet. Ihre Beiträge bleiben.

warn = Verwarnen
warning-hint = Die Person sieht die Verwarnung oben auf der nächsten Seite, die sie öffnet, bis sie bestätigt, dass sie sie gelesen hat.
send-warning = Verwarnung senden
posts = Beiträge
delete-posts = Beiträge löschen
moderation-history = Moderationsverlauf
all-in-log = Alles im Protokoll ansehen

their-groups = Gruppen, die diese Person erstellt hat
created-at = erstellt am { $day }
only-newest = Nur die neuesten { $count } werden angezeigt.

site-admin-title = Site-Admin
site-admin-hint = Site-Admins können diese Seiten benutzen und jede Gruppe moderieren, die sie lesen können.
remove-admin = Als Site-Admin entfernen
make-admin = Zum Site-Admin machen

claim-link = Link zum Übernehmen
claim-copy = Sende diesen Link der Person, der das Konto gehört. Kopiere ihn jetzt: Er wird nicht noch einmal angezeigt.
claim-link-is = Link: <code>{ $url }</code>
claim-copied = Ich habe ihn kopiert
claim-hint = Dieses Konto kam mit einem Import, und noch niemand hat es übernommen. Wer den Link öffnet, legt ein Passwort fest und übernimmt damit das Konto. Der Link funktioniert einmal, drei Tage lang.
claim-until = Ein Link zum Übernehmen funktioniert bis { $time }.
claim-revoke = Link zum Übernehmen widerrufen
claim-replace = Link zum Übernehmen ersetzen
claim-create = Link zum Übernehmen erstellen

support = Hilfe mit dem Konto
email-unconfirmed = { $email } ist noch nicht bestätigt.
resend-confirmation = E-Mail zur Bestätigung noch einmal senden
confirm-address = Diese Adresse bestätigen
send-reset = Link zum Zurücksetzen des Passworts senden
send-data = Link zum Herunterladen der Daten senden
remove-name = Anzeigenamen entfernen
remove-avatar = Avatar entfernen
two-factor-off = Zwei-Faktor-Anmeldung ausschalten
delete-account = Konto löschen
no-links = Links können erst gesendet werden, wenn die Person eine E-Mail-Adresse bestätigt hat.
support-hint = Die Person bekommt zu jeder dieser Aktionen eine E-Mail, außer wenn ein Anzeigename oder ein Avatar entfernt wird. Alle stehen im Moderationsprotokoll.

sessions = Sitzungen
no-sessions = Keine aktiven Sitzungen.
unknown-browser = Unbekannter Browser
this-browser = dieser Browser
last-used = zuletzt benutzt { $time }
signed-in-at = angemeldet am { $day }
end-session = Sitzung beenden
end-session-named = Sitzung beenden: { $address }, { $time }
end-all-sessions = Alle Sitzungen beenden

delete-named = { $name } löschen
delete-question = Das Konto { $name } löschen?
deleted-is = <b>Gelöscht werden:</b> Name, Profil und E-Mail-Adresse, alle Sitzungen und Mitgliedschaften, die Sterne und Erwähnungen dieser Person. Ist sie der einzige Admin einer Gruppe, übernimmt ein anderes Mitglied. Das kann nicht rückgängig gemacht werden.
deletion-recorded = Die Löschung steht im Moderationsprotokoll. Die Person bekommt eine E-Mail, wenn sie eine bestätigte Adresse hat.
their-posts = Beiträge dieser Person
keep-posts = <b>Behalten, ohne den Namen</b> Bei den Beiträgen steht, dass sie von einem gelöschten Konto sind.
blank-posts = <b>Löschen</b> Wo eine Nachricht war, bleibt ein Platzhalter.
