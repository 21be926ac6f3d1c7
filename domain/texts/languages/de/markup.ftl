box-done = Erledigt
box-to-do = Zu erledigen
unloaded = Dieses Bild liegt auf einer anderen Site, die deine IP-Adresse sieht, wenn du es lädst.
