"""How we reach people: templates, and the mail that is made of them."""
