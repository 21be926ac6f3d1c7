at-least = Verwende mindestens { $least } Zeichen.
at-most = Verwende höchstens { $most } Zeichen.
at-most-has = Verwende höchstens { $most } Zeichen. Das hier hat { $count }.
number-from-to = Gib eine Zahl von { $least } bis { $most } ein.
choose-option = Wähle eine der Möglichkeiten.
reason-missing = Bitte gib einen Grund an.
title-missing = Gib dem Thema einen Titel.
group-name-missing = Gib der Gruppe einen Namen.

password-weak = Dieses Passwort ist leicht zu erraten. Nimm ein paar zufällige Wörter.

username-characters = Verwende nur die Buchstaben a bis z, Ziffern und dazwischen _ - .
username-ends = Beginne und ende mit einem Buchstaben oder einer Ziffer.
username-reserved = Dieser Benutzername ist reserviert.

slug-length = Verwende 1 bis { $most } Zeichen.
slug-characters = Verwende nur kleine Buchstaben, Ziffern, - und _, und beginne mit einem Buchstaben oder einer Ziffer.
slug-reserved = Diese URL ist reserviert.

address-https = Gib eine Adresse ein, die mit https:// beginnt.
address-http = Gib eine Adresse ein, die mit https:// oder http:// beginnt.
address-password = Die Adresse darf keinen Benutzernamen und kein Passwort enthalten.
address-encrypted = Verwende eine Adresse, die mit https:// beginnt.
address-private = { $name } ist eine private oder reservierte Adresse ({ $address }). Der Betreiber kann sie mit { $setting } erlauben.
address-port = Port { $port } kann nicht verwendet werden. Verwende 80, 443 oder einen Port ab 1024.
