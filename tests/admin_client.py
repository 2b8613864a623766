"""A browser that is in the admin already. The way in has tests of its own."""

from django.test import Client

from accounts.models import User
from accounts.staff.site import SECOND_FACTOR


def admin_client(user: User) -> Client:
    """Logged in with a password and a second factor; whether that lets anybody in is the admin's to say."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()
    return client
