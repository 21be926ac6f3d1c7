notices = Mitteilungen
mark-all-read = Alle als gelesen markieren
new = neu
withdrawn = zurückgenommen
view-message = Nachricht ansehen
in-topic = in <a href="{ $url }">{ $title }</a>
reason = Grund:
read-deleted = <a href="/-/messages/{ $id }/history">Gelöschte Nachricht lesen</a>. Das ist 30 Tage lang möglich.
your-text = Hier ist dein Text, damit du ihn kopieren kannst:
object = Wenn du mit dieser Entscheidung nicht einverstanden bist, schreibe <a href="{ $url }">einem Mitglied der Moderation von { $group }</a> oder einem Site-Admin: { $admins }.
object-moderators = Wenn du mit dieser Entscheidung nicht einverstanden bist, schreibe <a href="{ $url }">einem Mitglied der Moderation von { $group }</a>.
object-admins = Wenn du mit dieser Entscheidung nicht einverstanden bist, schreibe einem Site-Admin: { $admins }.
none = Keine Mitteilungen
none-about = Hier erscheinen Entscheidungen der Moderatoren und Admins über deine Nachrichten und Meldungen, mit dem Grund.
kept = Gelesene Mitteilungen werden nach 90 Tagen gelöscht. Verwarnungen, Sperren und Löschungen aller deiner Nachrichten bleiben. Ob du hier widersprichst oder nicht: Du kannst vor Gericht gehen oder dich an eine außergerichtliche Streitbeilegungsstelle wenden.

from-moderators = Mitteilung der Moderatoren
have-read = Ich habe das gelesen
more = danach noch { $count }

warning = { $place ->
    [site] Die Site-Admins haben dich verwarnt.
   *[group] Die Moderatoren von { $group } haben dich verwarnt.
}
ban = { $place ->
    [site] Du wurdest für eine Gruppe gesperrt.
   *[group] Du wurdest für { $group } gesperrt.
}
removal = { $place ->
    [site] Die Site-Admins haben deine Nachrichten gelöscht.
   *[group] Die Moderatoren von { $group } haben deine Nachrichten dort gelöscht.
}
restored = { $place ->
    [site] Deine gelöschten Nachrichten wurden wiederhergestellt.
   *[group] Deine gelöschten Nachrichten in { $group } wurden wiederhergestellt.
}
declined = { $place ->
    [site] Deine Nachricht wurde abgelehnt.
   *[group] Deine Nachricht in { $group } wurde abgelehnt.
}
topic-declined = { $place ->
    [site] Dein Thema „{ $title }“ wurde abgelehnt.
   *[group] Dein Thema „{ $title }“ in { $group } wurde abgelehnt.
}
approved = { $place ->
    [site] Deine Nachricht wurde freigegeben.
   *[group] Deine Nachricht in { $group } wurde freigegeben.
}
topic-approved = { $place ->
    [site] Dein Thema „{ $title }“ wurde freigegeben.
   *[group] Dein Thema „{ $title }“ in { $group } wurde freigegeben.
}
message-deleted = { $place ->
    [site] Deine Nachricht wurde gelöscht.
   *[group] Deine Nachricht in { $group } wurde gelöscht.
}
topic-deleted-untitled = { $place ->
    [site] Dein Thema wurde gelöscht.
   *[group] Dein Thema in { $group } wurde gelöscht.
}
topic-deleted = { $place ->
    [site] Dein Thema „{ $title }“ wurde gelöscht.
   *[group] Dein Thema „{ $title }“ in { $group } wurde gelöscht.
}
topic-restored-untitled = { $place ->
    [site] Dein Thema wurde wiederhergestellt.
   *[group] Dein Thema in { $group } wurde wiederhergestellt.
}
topic-restored = { $place ->
    [site] Dein Thema „{ $title }“ wurde wiederhergestellt.
   *[group] Dein Thema „{ $title }“ in { $group } wurde wiederhergestellt.
}
group-restored = { $place ->
    [site] Eine Gruppe, die du moderierst, wurde wiederhergestellt.
   *[group] Die Gruppe { $group } wurde wiederhergestellt. Ihre Mitglieder sind wieder da.
}
report-deleted = { $place ->
    [site] Die Nachricht, die du gemeldet hast, wurde gelöscht.
   *[group] Die Nachricht, die du in { $group } gemeldet hast, wurde gelöscht.
}
report-nothing = { $place ->
    [site] Wegen der Nachricht, die du gemeldet hast, wurde nichts unternommen.
   *[group] Wegen der Nachricht, die du in { $group } gemeldet hast, wurde nichts unternommen.
}
webhook-off = { $place ->
    [site] Der Webhook „{ $title }“ der Site wurde ausgeschaltet.
   *[group] Der Webhook „{ $title }“ von { $group } wurde ausgeschaltet.
}
unreached = { $place ->
    [site] Du hast { $names } erwähnt. Es fehlt aber der Zugriff auf deine Nachricht.
   *[group] Du hast { $names } in { $group } erwähnt. Es fehlt aber der Zugriff auf deine Nachricht.
}
someone = jemanden

submitted = Eingereicht hast du das am { $time }.
held-by-rule = Eine automatische Regel hatte es in die Freigabe-Warteschlange gestellt.
not-reported = Niemand hatte sie gemeldet.
reported-by-rule = Eine automatische Regel hatte sie gemeldet.
had-been-reported = Sie war gemeldet worden. Gründe: { $grounds }.
had-been-reported-by-rule = Sie war gemeldet worden, auch von einer automatischen Regel. Gründe: { $grounds }.
you-reported = Du hast sie am { $time } gemeldet. Dein Grund: { $grounds }.
told-later = Eine Benachrichtigung folgt, wenn der Zugriff später möglich ist.
by-moderator = Ein Mitglied der Moderation hat das entschieden, keine automatische Regel.
by-admin = Ein Site-Admin hat das entschieden, keine automatische Regel.
