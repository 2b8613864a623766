"""What is sent to people. Subscribers in `tasks.py` call `mail.send` with a template that is declared beside them."""
