"""What accounts do when something has happened: they send the mail that it calls for."""
