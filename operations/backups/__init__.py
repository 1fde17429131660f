"""Back up the database and the files, restore them, and rehearse that."""
