category-other = Sonstiges
category-arts = Kunst und Handwerk
category-books = Bücher
category-food = Essen und Trinken
category-games = Spiele
category-home = Haus und Garten
category-local = Lokales
category-music = Musik
category-nature = Natur
category-science = Wissenschaft
category-sports = Sport
category-technology = Technik
category-travel = Reisen
category-work = Arbeit und Bildung

grounds-spam = Spam
grounds-insult = Beleidigung oder Drohung
grounds-private = Private Informationen
grounds-other = Etwas anderes
grounds-rule = Von einer Regel erkannt

accounts-admins = Site-Admins
accounts-waiting = Warten auf Freigabe
accounts-suspended = Vorübergehend gesperrt
accounts-banned = Gesperrt
accounts-unclaimed = Noch nicht übernommen
accounts-deleted = Gelöscht

concern-mentions = Erwähnungen und Antworten
concern-directs = Direktnachrichten
concern-followed = Themen, denen du folgst
concern-activity = Neues in deinen Gruppen

event-message-posted = Eine Nachricht wurde geschrieben
event-message-edited = Eine Nachricht wurde bearbeitet
event-message-deleted = Eine Nachricht wurde gelöscht
event-message-restored = Eine Nachricht wurde wiederhergestellt
event-topic-created = Ein Thema wurde erstellt
event-topic-changed = Ein Thema wurde umbenannt, oder sein Status wurde geändert
event-topic-moved = Ein Thema wurde in eine andere Gruppe verschoben
event-topic-deleted = Ein Thema wurde gelöscht
event-member-joined = Ein Mitglied ist beigetreten
event-ping = Test

page-about = Über uns
page-rules = Regeln
page-terms = Nutzungsbedingungen
page-privacy = Datenschutz
page-imprint = Impressum
page-contact = Kontakt

name-about = die Seite „Über uns“
name-rules = die Regeln
name-terms = die Nutzungsbedingungen
name-privacy = die Datenschutzerklärung
name-imprint = das Impressum
name-contact = die Kontaktseite
names-more = { $names }, { $next }
names-last = { $names } und { $last }

untitled = (ohne Titel)
only-you = Nur du
