day-limit = Du kannst höchstens { $most } MB am Tag hochladen. Versuche es morgen noch einmal.
too-large = Dateien dürfen höchstens { $most } MB groß sein.
empty = Diese Datei ist leer. Wähle eine andere.
busy = Der Server ist mit anderen Bildern beschäftigt. Versuche es in einer Minute noch einmal.
damaged = Dieses Bild ist beschädigt oder hat ein Format, das nicht unterstützt wird. Speichere es als PNG oder JPEG und versuche es noch einmal.
too-many-pixels = Dieses Bild hat zu viele Pixel. Verkleinere es und versuche es noch einmal.
choose-image = Wähle ein Bild.
image-too-large = Bilder dürfen höchstens { $most } MB groß sein. Verkleinere dieses und versuche es noch einmal.

no-storage = Dateien können gerade nicht gespeichert oder geöffnet werden. Versuche es in ein paar Minuten noch einmal.
no-storage-form = Dateien können gerade nicht gespeichert oder geöffnet werden. Versuche es in ein paar Minuten noch einmal. Dein Text ist nicht verloren.

in-message = Diese Datei kann nicht gelöscht werden, weil eine Nachricht sie zeigt oder vor einer Bearbeitung gezeigt hat.
