"""An act under a key happens once."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from kernel import idempotency
from kernel.errors import Forbidden, Invalid, KeyReused
from kernel.idempotency import once
from kernel.ids import uuid7
from kernel.models import IdempotencyRecord
from kernel.viewer import ANONYMOUS, Viewer
from tests.factories import UserFactory
from tests.kernel.races import in_threads

ADA = Viewer(user_id=uuid7())
INPUT = {"name": "Acme"}
pytestmark = pytest.mark.django_db


class Act:
    """An act that counts how often it is done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, Any]:
        self.times += 1
        return {"number": self.times}

    def once(self, **options: Any) -> tuple[dict[str, Any], bool]:
        return once(self, **{"by": ADA, "operation": "companyCreate", "key": "k-1", "input": INPUT, **options})


@pytest.fixture
def act() -> Act:
    return Act()


def test_the_first_answer_comes_again(act: Act) -> None:
    answer = {"number": 1}
    assert [act.once(), act.once(), act.once()] == [(answer, True), (answer, False), (answer, False)]
    assert act.times == 1


@pytest.mark.parametrize(
    "other",
    [
        {"by": Viewer(user_id=uuid7())},
        {"by": Viewer(user_id=ADA.user_id, key_id=uuid7())},
        {"by": Viewer(user_id=ADA.user_id, impersonator_id=uuid7())},
        {"by": ANONYMOUS},
        {"operation": "memberInvite"},
        {"key": "k-2"},
        {"key": "K-1"},
    ],
    ids=["person", "API key", "staff in their name", "nobody", "operation", "key", "case of the key"],
)
def test_another_caller_operation_or_key_is_another_act(act: Act, other: dict[str, Any]) -> None:
    act.once()
    assert act.once(**other) == ({"number": 2}, True)
    assert act.once(**other) == ({"number": 2}, False)
    assert act.once() == ({"number": 1}, False)


def test_two_who_are_not_signed_in_share_a_key(act: Act) -> None:
    act.once(by=Viewer(address="192.0.2.1"))
    assert act.once(by=Viewer(address="192.0.2.2")) == ({"number": 1}, False)
    with pytest.raises(KeyReused):
        act.once(by=ANONYMOUS, input={"name": "Other"})


@pytest.mark.parametrize("input", [{"name": "ACME"}, {"name": "Acme", "about": None}, {}, {"name": ["Acme"]}])
def test_other_input_is_refused(act: Act, input: dict[str, Any]) -> None:
    act.once()
    with pytest.raises(KeyReused) as refusal:
        act.once(input=input)
    assert refusal.value.field == "idempotency_key"
    assert act.times == 1


def test_the_order_of_fields_is_no_other_input(act: Act) -> None:
    act.once(input={"a": 1, "b": {"c": 2, "d": 3}})
    assert act.once(input={"b": {"d": 3, "c": 2}, "a": 1})[1] is False


@pytest.mark.parametrize(
    "value",
    [
        *(2**70, -(2**70), 1.5, Decimal("1.50"), UUID(int=7), "\ud800", "ü"),
        *(date(2027, 1, 1), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
    ids=repr,
)
def test_input_of_any_kind_is_told_apart(act: Act, value: object) -> None:
    assert act.once(input={"value": value})[1] is True
    assert act.once(input={"value": value})[1] is False
    with pytest.raises(KeyReused):
        act.once(input={"value": "other"})


@pytest.mark.parametrize("key", ["", "x" * 101, "a b", "ä", "a\n", "\x00", "🙂"])
def test_a_key_that_is_none_is_refused(act: Act, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        act.once(key=key)
    assert refusal.value.field == "idempotency_key"
    assert act.times == 0


@pytest.mark.parametrize("key", ["x", "!~" * 50, "5f1d7a84-3788-42ba-8e2b-8c8f36008827"])
def test_a_key_of_1_to_100_visible_characters_is_taken(act: Act, key: str) -> None:
    assert act.once(key=key)[1] is True


def refuse() -> dict[str, Any]:
    UserFactory(email="left-behind@example.org")
    raise Forbidden


def test_a_refused_act_leaves_nothing_and_the_key_is_free(act: Act) -> None:
    for _ in range(2):
        with pytest.raises(Forbidden):
            once(refuse, by=ADA, operation="companyCreate", key="k-1", input=INPUT)
    assert not IdempotencyRecord.objects.exists()
    assert not User.objects.filter(email="left-behind@example.org").exists()
    assert act.once(input={"name": "Other"}) == ({"number": 1}, True)


def test_after_a_day_the_act_is_done_again(act: Act) -> None:
    start = datetime(2027, 1, 1, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        act.once()
        clock.move_to(start + timedelta(hours=24))
        assert act.once() == ({"number": 1}, False)
        clock.move_to(start + timedelta(hours=24, seconds=1))
        assert act.once(input={"name": "Other"}) == ({"number": 2}, True)
        assert act.once(input={"name": "Other"}) == ({"number": 2}, False)
    assert IdempotencyRecord.objects.count() == 1


def test_what_is_older_than_a_day_and_an_hour_is_forgotten(act: Act) -> None:
    start = datetime(2027, 1, 1, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        act.once()
        clock.move_to(start + timedelta(hours=2))
        act.once(key="k-2")
        clock.move_to(start + timedelta(hours=25))
        assert idempotency.forget_old() == 0
        clock.move_to(start + timedelta(hours=25, seconds=1))
        assert idempotency.forget_old() == 1
    assert IdempotencyRecord.objects.count() == 1


def test_what_is_old_is_forgotten_in_batches(act: Act) -> None:
    start = datetime(2027, 1, 1, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        for number in range(5):
            act.once(key=f"k-{number}")
        clock.move_to(start + timedelta(hours=26))
        with CaptureQueriesContext(connection) as queries:
            assert idempotency.forget_old(batch=2) == 5
    assert sum(query["sql"].startswith("DELETE") for query in queries) == 3
    assert not IdempotencyRecord.objects.exists()


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, ' ') FROM kernel_idempotencyrecord r")
        return str(cursor.fetchone()[0])


def test_nothing_is_readable_at_rest() -> None:
    def act() -> dict[str, Any]:
        return {"secret": "nx_live_abcdef", "user": {"$node": "VXNlcjox"}}

    words = {"by": ADA, "operation": "apiKeyCreate", "key": "my-own-key", "input": {"name": "deploy-bot"}}
    once(act, **words)
    text = stored()
    for secret in ("nx_live_abcdef", "VXNlcjox", "my-own-key", "deploy-bot"):
        assert secret not in text
        assert secret.encode().hex() not in text
    assert once(act, **words) == (act(), False)


def test_a_guess_at_the_input_cannot_be_checked_against_the_table() -> None:
    """The same input leaves different marks under different keys, people and operations."""
    for number in range(3):
        once(dict, by=ADA, operation="companyCreate", key=f"k-{number}", input=INPUT)
    once(dict, by=ADA, operation="companyUpdate", key="k-0", input=INPUT)
    marks = IdempotencyRecord.objects.values_list("input_hash", "key_hash", "outcome")
    assert [len(set(column)) for column in zip(*marks, strict=True)] == [4, 4, 4]


def make_user(email: str) -> dict[str, Any]:
    return {"id": str(UserFactory(email=email).pk)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", [ADA, ANONYMOUS], ids=["a person", "nobody"])
def test_of_20_at_once_one_acts_and_all_get_its_answer(by: Viewer) -> None:
    def attempt() -> tuple[dict[str, Any], bool]:
        return once(lambda: make_user(f"{uuid7()}@example.org"), by=by, operation="make", key="k", input=INPUT)

    given = in_threads(*[attempt] * 20)

    user = User.objects.get()
    assert [outcome for outcome, _ in given] == [{"id": str(user.pk)}] * 20  # type: ignore[misc]
    assert sorted(is_new for _, is_new in given) == [False] * 19 + [True]  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_of_20_at_once_after_a_day_one_acts() -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=30), tick=False):
        once(lambda: make_user("old@example.org"), by=ADA, operation="make", key="k", input=INPUT)

    def attempt() -> tuple[dict[str, Any], bool]:
        return once(lambda: make_user(f"{uuid7()}@example.org"), by=ADA, operation="make", key="k", input=INPUT)

    given = in_threads(*[attempt] * 20)

    user = User.objects.exclude(email="old@example.org").get()
    assert [outcome for outcome, _ in given] == [{"id": str(user.pk)}] * 20  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_refused_those_who_wait_act_in_its_place() -> None:
    lock = threading.Lock()
    tries: list[int] = []

    def act() -> dict[str, Any]:
        with lock:
            tries.append(len(tries) + 1)
        if len(tries) < 3:
            raise Forbidden
        return make_user(f"{uuid7()}@example.org")

    given = in_threads(*[lambda: once(act, by=ADA, operation="make", key="k", input=INPUT)] * 10)

    assert sum(isinstance(answer, Forbidden) for answer in given) == 2
    made = [answer[0] for answer in given if isinstance(answer, tuple)]
    assert made == [{"id": str(User.objects.get().pk)}] * 8


@pytest.mark.django_db(transaction=True)
def test_of_20_at_once_with_other_input_one_acts_and_the_rest_are_refused() -> None:
    def attempt(number: int) -> Callable[[], object]:
        return lambda: once(
            lambda: make_user(f"{uuid7()}@example.org"), by=ADA, operation="make", key="k", input={"number": number}
        )

    given = in_threads(*[attempt(number) for number in range(20)])

    assert User.objects.count() == 1
    assert sum(isinstance(answer, KeyReused) for answer in given) == 19


@pytest.mark.django_db(transaction=True)
def test_what_the_act_does_after_its_commit_happens_once() -> None:
    heard: list[int] = []

    def act() -> dict[str, Any]:
        transaction.on_commit(lambda: heard.append(1))
        return {}

    for _ in range(3):
        once(act, by=ADA, operation="make", key="k", input=INPUT)
    assert heard == [1]


def test_an_answer_that_cannot_be_kept_undoes_the_act() -> None:
    def none() -> dict[str, Any]:
        return {"id": object()}

    with pytest.raises(TypeError):
        once(none, by=ADA, operation="make", key="k", input=INPUT)
    assert not IdempotencyRecord.objects.exists()
