title = Arten von Anhängen
named = <b>{ $name }</b> Version { $version }
retired = stillgelegt
disabled = ausgeschaltet

about-own = Programme registrieren Arten von Anhängen mit deinem API-Token und hängen ihre Daten an Nachrichten an. Siehe die <a href="/-/api">API</a>. Wenn du eine Art stilllegst, können neue Nachrichten sie nicht verwenden. Vorhandene Nachrichten ändern sich nicht.
no-own = Du hast keine Arten registriert.
created-at = erstellt am { $day }
disabled-by-admin = ein Site-Admin hat sie ausgeschaltet
retire = Stilllegen
retire-named = { $name } Version { $version } stilllegen
bring-back = Wieder zulassen
bring-back-named = { $name } Version { $version } wieder zulassen

admin-title = Arten von Anhängen · Admin
about-all = Programme registrieren Arten von Anhängen, etwa Ergebnisse von Builds. Neue Nachrichten können eine ausgeschaltete Art nicht verwenden. Vorhandene Nachrichten ändern sich nicht.
none = Es sind keine Arten registriert.
kind = Art
owner = Von
version = Version
layout = Layout
created = Erstellt
status = Status
actions = Aktionen
retired-by-owner = selbst stillgelegt
in-use = in Gebrauch
enable = Einschalten
enable-named = { $name } Version { $version } einschalten
disable = Ausschalten
disable-named = { $name } Version { $version } ausschalten
pages = Seiten
more = Mehr →
