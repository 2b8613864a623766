"""One act of a person after the other."""

from uuid import uuid4

import pytest
from django.db import transaction

from jobs.services.turns import take_turn
from tests.jobs.services.races import at_once, just_before

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_of_the_same_person_waits_until_the_first_has_ended() -> None:
    person = uuid4()
    assert just_before(lambda: take_turn(person, "notes"), lambda: take_turn(person, "notes")) == "done"


def test_others_and_other_matters_do_not_wait() -> None:
    person = uuid4()
    with transaction.atomic():
        take_turn(person, "notes")
        assert at_once(lambda: take_turn(uuid4(), "notes"), lambda: take_turn(person, "blocks")) == ["done"] * 2
