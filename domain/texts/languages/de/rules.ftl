rules = Regeln
admin = Admin
group-settings = Einstellungen
none = Noch keine Regeln
none-about = Eine Regel prüft jede neue Nachricht, bevor sie erscheint. Sie kann die Nachricht ablehnen, zur Freigabe zurückhalten oder melden. Bevor du eine Regel einschaltest, kannst du sie an früheren Nachrichten testen.
on = ein
off = aus
summary-words = { $action ->
    [refuse] ablehnen
    [hold] zur Freigabe zurückhalten
   *[report] melden
}: { $count ->
    [one] { $count } Wort
   *[other] { $count } Wörter
} in { $places }{ $whom ->
    [new] , nur bei neuen Mitgliedern
   *[everyone] { "" }
}
summary-pattern = { $action ->
    [refuse] ablehnen
    [hold] zur Freigabe zurückhalten
   *[report] melden
}: ein Muster in { $places }{ $whom ->
    [new] , nur bei neuen Mitgliedern
   *[everyone] { "" }
}
place-messages = Nachrichten
place-titles = Titeln
place-links = Links
place-names = Namen
create = Regel erstellen

new-members = Neue Mitglieder
new-members-about = Neue Mitglieder können weniger Nachrichten pro Minute und weniger Links zu anderen Websites pro Nachricht posten.
new-days = Tage, die ein Konto als neu gilt
new-days-hint = Gib 0 ein, um diese Grenzen auszuschalten.
new-messages = Bis es so viele Nachrichten hat
new-links = Höchstzahl der Links pro Nachricht
save = Speichern

new-rule = Neue Regel
since = seit { $time }
test-results = Ergebnis des Tests
test-nothing = Es gibt noch keine Nachrichten, an denen diese Regel getestet werden kann.
test-none = Diese Regel hätte keine der letzten { $count } Nachrichten erkannt.
test-some = Diese Regel hätte { $caught } der letzten { $count } Nachrichten erkannt.
test-slow = Dann hat der Test zu lange gedauert. Ein so langsames Muster kann nicht eingeschaltet werden.
test-names = Namen werden geprüft, wenn sich jemand registriert oder eine Gruppe erstellt.
turn-on = Regel einschalten
turn-off = Regel ausschalten
matching = Erkannte Nachrichten
more = und { $count } weitere
name = Name
name-hint = Moderatoren sehen ihn neben den Nachrichten, die die Regel erkannt hat.
match-by = Suchen nach
words = Wörter
words-hint = Eines pro Zeile. Sucht nach ganzen Wörtern, ohne auf Groß- und Kleinschreibung zu achten.
pattern = Muster
pattern-hint = Ein regulärer Ausdruck in einer Zeile, ohne auf Groß- und Kleinschreibung zu achten.
words-or-pattern = Wörter oder Muster
where-to-look = Wo gesucht wird
look-in-text = Text der Nachrichten
look-in-titles = Titel der Themen
look-in-links = Domains der Links
look-in-names = Benutzernamen, wenn sich jemand registriert oder den eigenen ändert, und Namen von Gruppen
applies-to = Gilt für
everyone-except-moderators = Alle außer Moderatoren
everyone-except-admins = Alle außer Site-Admins
only-new = <label for="f-new-new">Neue Mitglieder</label>: Konten, die jünger als { $days } Tage sind oder weniger als { $messages } Nachrichten haben
days = Tage
messages = Nachrichten
action = Aktion
reject = Ablehnen
reject-hint = Wer die Nachricht geschrieben hat, bekommt sie mit deiner Erklärung zurück.
hold = Zur Freigabe zurückhalten
hold-hint = Die Moderation muss die Nachricht zuerst freigeben.
report = Melden
report-hint = Die Nachricht erscheint und wird den Moderatoren gemeldet.
groups-too = Regeln für Benutzernamen prüfen auch Namen von Gruppen, und Regeln für Text oder Links prüfen auch Beschreibungen von Gruppen. Was davon erkannt wird, wird immer abgelehnt, was auch immer du hier wählst.
explanation = Erklärung
explanation-hint = Steht bei der Nachricht, wenn die Regel sie ablehnt.
save-and-test = Speichern und testen
save-and-test-again = Speichern und noch einmal testen
cancel = Abbrechen
saving-turns-off = Wenn du Änderungen speicherst, wird die Regel ausgeschaltet. Schalte sie nach dem Test wieder ein.
delete = Regel löschen
