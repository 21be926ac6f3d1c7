locked = Dieses Thema ist geschlossen. Nur Moderatoren können darin schreiben.
continues-in-newer = Einige in dieser Unterhaltung können dieses Thema nicht lesen. Es geht in einem neueren weiter.
titles-for-few = Das sehen nur die Person, die das Thema erstellt hat, und die Moderatoren der Gruppe.

title-rejected = Eine automatische Prüfung hat diesen Titel abgelehnt.
needs-approval = Dieses Thema muss freigegeben werden. Erstelle es auf der Site, zusammen mit seiner ersten Nachricht.

page-out-of-date = Die Seite ist veraltet. Lade sie neu und versuche es noch einmal.
before-you-joined = Du kannst das nicht als ungelesen markieren: Es stammt aus der Zeit vor deinem Beitritt.

conversation-stays = Nachrichten können nicht in eine Unterhaltung oder aus ihr heraus verschoben werden.
more-readers = Private Nachrichten können nicht in eine Gruppe verschoben werden, die mehr Menschen lesen können.
more-readers-now = Inzwischen können mehr Menschen diese Gruppe lesen. Private Nachrichten können nicht dorthin verschoben werden.

select-at-most = Wähle höchstens { $most } Nachrichten aus.
selection-gone = Wähle mindestens eine Nachricht aus. Die ausgewählten sind nicht mehr in diesem Thema.
selected-all = Du hast alle Nachrichten ausgewählt. Benenne das Thema stattdessen um oder verschiebe es.

no-topic-here = Unter dieser URL gibt es kein Thema.
into-itself = Ein Thema kann nicht mit sich selbst zusammengeführt werden.

reports-wait = Du kannst dieses Thema erst löschen, wenn ein Moderator die Meldungen darin bearbeitet hat.
others-posted = Auch andere haben in diesem Thema geschrieben. Bitte einen Moderator, es zu löschen.
