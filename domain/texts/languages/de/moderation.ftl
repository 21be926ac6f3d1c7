log = Moderationsprotokoll
log-of-site = was Moderatoren und Admins in öffentlichen Gruppen und mit Konten tun
log-of-group = was Moderatoren tun
action = Aktion
all-actions = Alle Aktionen
filter = Filtern
no-actions = Noch keine Aktionen
no-actions-of-site = Wenn jemand mit Moderationsrechten eine Nachricht löscht oder ein Admin ein Konto sperrt, steht das hier.
no-actions-of-group = Wenn jemand mit Moderationsrechten eine Nachricht löscht, ein Mitglied entfernt oder ein Thema schließt, steht das hier.
line = { $who } { $action }
line-in-topic = { $who } { $action }, in <a href="{ $url }">{ $title }</a>
line-on-topic = { $who } { $action }: <a href="{ $url }">{ $title }</a>
deleted-account = Ein gelöschtes Konto
operator = Der Betreiber des Servers
a-conversation = eine Unterhaltung
name-hidden = Name im öffentlichen Protokoll verborgen
hide-name = Namen im öffentlichen Protokoll verbergen
show-name = Namen im öffentlichen Protokoll zeigen
pages = Seiten
older = Ältere →

delete-posts-by = Beiträge von { $name } löschen
posts-in-group = Beiträge in { $group }
posts-on-site = Beiträge auf der ganzen Site, auch in Unterhaltungen
messages = { $messages ->
    [one] { $messages } Nachricht
   *[other] { $messages } Nachrichten
}
messages-and-topics = { $messages ->
    [one] { $messages } Nachricht
   *[other] { $messages } Nachrichten
} und { $topics ->
    [one] { $topics } Thema
   *[other] { $topics } Themen
}
reason = Grund
reason-in-group = Die Person wird benachrichtigt. Das Moderationsprotokoll der Gruppe zeigt ihn mit euren beiden Namen allen, die die Gruppe lesen können.
reason-on-site = Die Person wird benachrichtigt. Das öffentliche Moderationsprotokoll zeigt ihn mit euren beiden Namen.
also-ban = Auch für die Gruppe sperren
also-ban-hint = Mit demselben Grund, der im Moderationsprotokoll der Gruppe steht.
account = Konto
stays-active = Bleibt aktiv
suspend = Vorübergehend sperren
ban-permanently = Endgültig sperren
suspend-days = Dauer der Sperre (Tage)
delete-about = Wo eine Nachricht war, bleibt ein Platzhalter. Themen dieser Person werden ganz gelöscht, wenn sonst niemand darin geschrieben hat, ebenso ihre Nachrichten, die auf Freigabe warten.
delete-keeps = Nachrichten in archivierten Gruppen und Gruppen dieser Person bleiben erhalten.
delete-undo = Du kannst das 30 Tage lang rückgängig machen.
delete-posts = Beiträge löschen
cancel = Abbrechen
nothing-to-delete = { $name } hat keine Beiträge, die gelöscht werden können.
back = Zurück
state-restored = wiederhergestellt
state-being-restored = wird wiederhergestellt
state-deleted = gelöscht
state-being-deleted = wird gelöscht
by = von { $name }, { $time }
by-until = von { $name }, { $time }; kann bis { $day } rückgängig gemacht werden
undo = Rückgängig machen
undo-deletion = Löschung rückgängig machen: { $amount }

warning-withdrawn-unread = ungelesen zurückgenommen
warning-withdrawn = zurückgenommen
warning-read = gelesen
warning-unread = ungelesen
by-withdrawn = von { $name }, { $time }; zurückgenommen von { $other }, { $later }
withdraw = Zurücknehmen
withdraw-warning = Verwarnung zurücknehmen: { $time }

queue = Freigabe-Warteschlange
waiting =
    { $count ->
        [one] { $count } wartet
       *[other] { $count } warten
    }
nothing-to-review = Nichts zu prüfen
held-new-and-by-rule = Hier erscheinen Nachrichten neuer Mitglieder und Nachrichten, die eine Regel zurückhält.
held-by-rule = Hier erscheinen Nachrichten, die eine Regel zurückhält. Um auch Nachrichten neuer Mitglieder zu prüfen, ändere die Einstellungen der Gruppe.
select-message = Nachricht von { $name } auswählen
in-deleted-topic = in einem gelöschten Thema
new-topic = neues Thema
approve = Freigeben
approve-message = Nachricht von { $name } freigeben
decline = Ablehnen
decline-message = Nachricht von { $name } ablehnen
decline-reason = Grund für die Ablehnung
decline-reason-hint = Wird der Person gesendet, die es geschrieben hat.
selected = Ausgewählte:

own-waiting = Wartet auf Freigabe
own-submitted = <b>Wartet auf Freigabe</b>, eingereicht: { $time }. Nur du und die Moderatoren können das sehen.
own-declined = <b>Abgelehnt</b> { $time }
own-reason = Grund:
own-dismiss = Ausblenden
own-withdraw = Zurückziehen
