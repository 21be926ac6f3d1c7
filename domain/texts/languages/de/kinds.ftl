title = Arten von Anhängen
named = <b>{ $name }</b> Version { $version }
retired = eingestellt
disabled = abgeschaltet

about-own = Programme registrieren Arten von Anhängen mit deinem API-Token und hängen ihre Daten an Nachrichten an. Siehe die <a href="/-/api">API</a>. Wenn du eine Art einstellst, können neue Nachrichten sie nicht verwenden. Vorhandene Nachrichten ändern sich nicht.
no-own = Du hast keine Arten registriert.
created-at = erstellt am { $day }
disabled-by-admin = ein Site-Admin hat sie abgeschaltet
retire = Einstellen
retire-named = { $name } Version { $version } einstellen
bring-back = Wieder einführen
bring-back-named = { $name } Version { $version } wieder einführen

admin-title = Arten von Anhängen · Admin
about-all = Programme registrieren Arten von Anhängen, etwa Ergebnisse von Builds. Neue Nachrichten können eine abgeschaltete Art nicht verwenden. Vorhandene Nachrichten ändern sich nicht.
none = Keine Arten sind registriert.
kind = Art
owner = Eigentum von
version = Version
layout = Layout
created = Erstellt
status = Status
actions = Aktionen
retired-by-owner = selbst eingestellt
in-use = in Gebrauch
enable = Einschalten
enable-named = { $name } Version { $version } einschalten
disable = Abschalten
disable-named = { $name } Version { $version } abschalten
pages = Seiten
more = Mehr →
