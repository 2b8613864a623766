"""`idempotencyKey`, through the door."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import ApiKey, User
from jobs.models import Membership, MembershipRole
from kernel.models import IdempotencyRecord
from schema.core import outcomes
from schema.core.types import global_id_of
from tests.door import Answer, send, token_for
from tests.factories import MembershipFactory, UserFactory, viewer_of
from tests.kernel.races import in_threads

pytestmark = pytest.mark.django_db
CREATE = """
mutation ($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) {
    apiKey { id name prefix createdAt company { id name } }
    secret
    userErrors { code field message isRetryable }
  }
}
"""


def create(by: User, key: str | None = "k-1", **input: Any) -> Answer:
    values = {"name": "deploy", "scopes": ["PROFILE_READ"], **input}
    return send(CREATE, {"input": values | ({"idempotencyKey": key} if key is not None else {})}, by=by)


def payload(answer: Answer) -> dict[str, Any]:
    made: dict[str, Any] = answer.data["apiKeyCreate"]
    return made


def refusal(answer: Answer) -> tuple[str, list[str] | None]:
    error = payload(answer)["userErrors"][0]
    return error["code"], error["field"]


@pytest.fixture
def ada() -> User:
    return UserFactory()


@pytest.fixture
def company_of_ada(ada: User) -> Any:
    return MembershipFactory(user=ada, role=MembershipRole.OWNER).company


def test_the_answer_comes_again_with_its_objects_and_its_secret(ada: User) -> None:
    first, second = create(ada), create(ada)
    assert first.data == second.data
    assert payload(first)["apiKey"]["name"] == "deploy"
    assert payload(first)["secret"]
    assert ApiKey.objects.count() == 1


def test_without_a_key_every_act_is_done(ada: User) -> None:
    assert payload(create(ada, None))["secret"] != payload(create(ada, None))["secret"]
    assert ApiKey.objects.count() == 2
    assert not IdempotencyRecord.objects.exists()


def test_null_is_no_key(ada: User) -> None:
    for _ in range(2):
        send(CREATE, {"input": {"name": "deploy", "scopes": ["PROFILE_READ"], "idempotencyKey": None}}, by=ada)
    assert ApiKey.objects.count() == 2


def test_another_selection_of_the_same_act_is_answered(ada: User) -> None:
    made = payload(create(ada))
    short = "mutation ($input: ApiKeyCreateInput!) { again: apiKeyCreate(input: $input) { apiKey { id } } }"
    values = {"name": "deploy", "scopes": ["PROFILE_READ"], "idempotencyKey": "k-1"}
    assert send(short, {"input": values}, by=ada).data == {"again": {"apiKey": {"id": made["apiKey"]["id"]}}}


def test_two_of_one_key_in_one_document_are_one_act(ada: User) -> None:
    both = """
    mutation ($input: ApiKeyCreateInput!) {
      a: apiKeyCreate(input: $input) { apiKey { id } secret }
      b: apiKeyCreate(input: $input) { apiKey { id } secret }
    }
    """
    values = {"name": "deploy", "scopes": ["PROFILE_READ"], "idempotencyKey": "k-1"}
    data = send(both, {"input": values}, by=ada).data
    assert data["a"] == data["b"]
    assert ApiKey.objects.count() == 1


def test_other_input_is_refused_at_the_key(ada: User) -> None:
    create(ada)
    assert refusal(create(ada, name="other")) == ("IDEMPOTENCY_KEY_REUSED", ["input", "idempotencyKey"])
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 101, "two words", "ключ"])
def test_a_key_that_is_none_is_refused(ada: User, key: str) -> None:
    assert refusal(create(ada, key)) == ("INVALID", ["input", "idempotencyKey"])
    assert not ApiKey.objects.exists()


def test_a_refused_act_may_be_tried_again_under_the_same_key(ada: User) -> None:
    assert refusal(create(ada, scopes=[]))[0] == "INVALID"
    assert not IdempotencyRecord.objects.exists()
    assert payload(create(ada))["secret"]


def test_a_stranger_under_the_same_key_does_an_act_of_their_own(ada: User) -> None:
    assert payload(create(ada))["secret"] != payload(create(UserFactory()))["secret"]


def test_an_object_that_is_gone_is_null(ada: User) -> None:
    made = payload(create(ada))
    ApiKey.objects.all().delete()
    assert payload(create(ada)) == {**made, "apiKey": None}


def test_an_object_that_the_viewer_may_no_longer_see_is_null(ada: User, company_of_ada: Any) -> None:
    company_id = global_id_of(company_of_ada)
    MembershipFactory(company=company_of_ada, role=MembershipRole.OWNER)
    made = payload(create(ada, companyId=company_id, scopes=["JOBS_READ"]))
    assert made["apiKey"]["company"]["id"] == company_id

    Membership.objects.filter(user=ada).delete()

    assert payload(create(ada, companyId=company_id, scopes=["JOBS_READ"]))["apiKey"] is None


def test_the_object_comes_as_it_is_now(ada: User) -> None:
    made = payload(create(ada))
    ApiKey.objects.update(name="renamed")
    assert payload(create(ada))["apiKey"] == {**made["apiKey"], "name": "renamed"}


def test_after_a_day_the_act_is_done_again(ada: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=25)):
        create(ada)
    create(ada)
    assert ApiKey.objects.count() == 2


def test_the_table_tells_nothing_of_a_secret(ada: User) -> None:
    secret = payload(create(ada, "my-own-key"))["secret"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM kernel_idempotencyrecord r")
        text = cursor.fetchone()[0]
    assert all(word not in text for word in (secret, "deploy", "my-own-key"))


@pytest.mark.django_db(transaction=True)
def test_of_20_at_once_one_acts_and_all_get_equal_answers() -> None:
    ada = UserFactory()
    bearer = f"Bearer {token_for(ada)}"
    values = {"name": "deploy", "scopes": ["PROFILE_READ"], "idempotencyKey": "k-1"}

    answers = in_threads(*[lambda: send(CREATE, {"input": values}, authorization=bearer).data] * 20)

    assert ApiKey.objects.count() == 1
    assert answers == [answers[0]] * 20
    assert answers[0]["apiKeyCreate"]["secret"]  # type: ignore[index]


def test_every_kind_of_value_comes_back(ada: User) -> None:
    moment = timezone.now()
    made: dict[str, Any] = {
        "nothing": None,
        "flag": True,
        "number": 7,
        "share": 0.5,
        "words": ["a", "b"],
        "at": moment,
        "on": moment.date(),
    }
    assert outcomes.recalled(viewer_of(ada), outcomes.plain(made)) == made
    rows = outcomes.recalled(viewer_of(ada), outcomes.plain({"rows": [ada, UserFactory()]}))["rows"]
    assert [row and row.pk for row in rows] == [ada.pk, None]
    with pytest.raises(TypeError, match="object is no node"):
        outcomes.plain({"odd": object()})


def test_a_mutation_that_takes_no_key_says_so() -> None:
    values = '{jobId: "x", duplicateId: "y", idempotencyKey: "k"}'
    refused = send("mutation { jobDuplicateDismiss(input: %s) { job { id } } }" % values)
    assert "idempotencyKey" in refused.errors[0]["message"]
