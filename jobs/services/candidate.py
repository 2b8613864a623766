"""A person as a company knows them: one record a company, made when they first apply there."""

import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from jobs.models import Candidate
from jobs.services import profile_values as read
from kernel.ids import uuid7
from kernel.reading import Statement

LONGEST_PHONE = 40

# Of two who apply at once for one person, the second waits for the first here.
_MEET: Statement[Sequence[Any]] = Statement(
    f"""
    INSERT INTO {Candidate._meta.db_table} AS known
        (id, company_id, user_id, name, email, phone, tags, created_at, updated_at)
    VALUES (%(id)s, %(company)s, %(user)s, %(name)s, %(email)s, %(phone)s, '{{}}', %(now)s, %(now)s)
    ON CONFLICT (company_id, user_id) WHERE user_id IS NOT NULL DO UPDATE SET
        name = excluded.name, email = excluded.email, updated_at = excluded.updated_at,
        phone = CASE WHEN excluded.phone = '' THEN known.phone ELSE excluded.phone END
    RETURNING id""",  # noqa: S608 - our own text
    list,
)


def phone_number(text: str | None) -> str:
    """A telephone number as people write theirs, in a line; empty for None. Raises `Invalid`.

    Numbers that are copied out of address books bring marks of direction along, which nobody sees.
    """
    seen = "".join(character for character in text or "" if unicodedata.category(character) != "Cf")
    return read.line(seen, "phone", longest=LONGEST_PHONE)


def meet(*, company_id: UUID, user_id: UUID, name: str, email: str, phone: str) -> Candidate:
    """The company's record of a person, made or brought up to date, and locked. One statement.

    An empty phone leaves the one there is. What comes back says who and whose, and no more.
    """
    given: dict[str, Any] = {"id": uuid7(), "company": company_id, "user": user_id, "now": timezone.now()}
    ((key,),) = _MEET.read({**given, "name": name, "email": email, "phone": phone})
    return Candidate(pk=key, company_id=company_id, user_id=user_id, name=name, email=email, phone=phone)
