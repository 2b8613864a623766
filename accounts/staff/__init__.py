"""What the admin of every app stands on: the way in, lists that stay fast, and that each change is written down.

Apart from the admin itself, whose import registers it, and that needs the site to be there.
"""
