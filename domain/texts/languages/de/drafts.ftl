drafts = Entwürfe
need-script = Entwürfe brauchen JavaScript
need-script-about = Entwürfe bleiben in deinem Browser, deshalb kann der Server sie nicht auflisten. Ohne JavaScript werden keine Entwürfe aufbewahrt.
about = Nur dieser Browser hat deine Entwürfe. Beim Abmelden werden sie gelöscht.
