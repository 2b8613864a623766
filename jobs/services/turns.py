"""One act of a person after the other."""

from uuid import UUID

from django.db import connection


def take_turn(person: UUID, what: str) -> None:
    """Wait until no other transaction is at it for this person; others wait until this one ends.

    For what is made, changed and taken back by few words: no other lock holds a row that is not there yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [what, str(person)])
