box-done = Erledigt
box-to-do = Zu erledigen
