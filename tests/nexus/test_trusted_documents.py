"""The table of published documents, and publishing as the one way to change it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection, connections
from django.utils import timezone

from nexus import trusted_documents
from nexus.models import TrustedDocument
from nexus.trusted_documents import Document, Refused, add_uses, latest_change, publish, texts, withdraw
from tests.factories import TrustedDocumentFactory

pytestmark = pytest.mark.django_db


def a_query(name: str, document_id: str = "") -> Document:
    text = f"query {name} {{ __typename }}"
    return Document(document_id or sha256(text.encode()).hexdigest(), text, name, "query")


def names(documents: list[Document]) -> list[str]:
    return [document.name for document in documents]


def running() -> set[str]:
    return set(trusted_documents.running().values_list("name", flat=True))


def test_published_documents_run() -> None:
    one, two = a_query("One"), a_query("Two", "two")
    assert names(publish([one, two], app="web", version="1.0").new) == ["One", "Two"]
    assert set(texts()) == {(one.id, one.sha256, one.text), ("two", two.sha256, two.text)}
    row = TrustedDocument.objects.get(id=one.id)
    assert (row.apps, row.version, row.kind, row.withdrawn_at, row.uses) == (["web"], "1.0", "query", None, 0)


def test_publishing_again_changes_nothing() -> None:
    publish([a_query("One")], app="web", version="1.0")
    before = latest_change()
    again = publish([a_query("One")], app="web", version="2.0")
    assert (again.new, names(again.unchanged), again.withdrawn) == ([], ["One"], [])
    assert latest_change() == before


def test_without_replace_a_release_adds_to_the_ones_before() -> None:
    publish([a_query("One")], app="web")
    publish([a_query("Two")], app="web")
    assert running() == {"One", "Two"}


def test_replace_withdraws_what_the_app_has_left() -> None:
    publish([a_query("One"), a_query("Two")], app="web")
    publish([a_query("Three")], app="ios")
    assert names(publish([a_query("Two")], app="web", replace=True).withdrawn) == ["One"]
    assert running() == {"Two", "Three"}
    assert TrustedDocument.objects.get(name="One").withdrawn_at is not None


def test_a_document_of_two_apps_runs_until_both_have_left_it() -> None:
    publish([a_query("One")], app="web")
    publish([a_query("One")], app="ios")
    publish([], app="web", replace=True)
    assert running() == {"One"}
    publish([], app="ios", replace=True)
    assert running() == set()


def test_a_withdrawn_document_runs_again_and_keeps_its_uses() -> None:
    document = a_query("One")
    publish([document], app="web")
    add_uses({document.id: 7})
    withdraw([document.id])
    publish([document], app="web")
    row = TrustedDocument.objects.get(id=document.id)
    assert (row.uses, row.withdrawn_at, row.apps) == (7, None, ["web"])


def test_an_id_that_runs_names_one_text_only() -> None:
    publish([a_query("One", "page")], app="web")
    with pytest.raises(Refused) as refusal:
        publish([a_query("Other"), a_query("Two", "page")], app="ios")
    assert list(refusal.value.reasons) == ["page"]
    assert running() == {"One"}
    withdraw(["page"])
    publish([a_query("Two", "page")], app="ios")
    assert running() == {"Two"}


def test_a_dry_run_changes_nothing() -> None:
    publish([a_query("One")], app="web")
    planned = publish([a_query("Two")], app="web", replace=True, dry_run=True)
    assert (names(planned.new), names(planned.withdrawn)) == (["Two"], ["One"])
    assert running() == {"One"}


def test_more_than_every_process_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trusted_documents, "MOST_CHARACTERS", 60)
    publish([a_query("One"), a_query("Two")], app="web")
    with pytest.raises(Refused, match="1 documents"):
        publish([a_query("Three")], app="web")
    assert running() == {"One", "Two"}


def test_every_change_is_later_than_the_last_whatever_the_clock_says() -> None:
    ahead = timezone.now() + timedelta(days=1)
    TrustedDocumentFactory(changed_at=ahead)
    publish([a_query("One")], app="web")
    published = latest_change()
    assert published is not None
    assert published > ahead
    withdraw([a_query("One").id])
    withdrawn = latest_change()
    assert withdrawn is not None
    assert withdrawn > published


def test_uses_are_added() -> None:
    one, two = TrustedDocumentFactory(), TrustedDocumentFactory()
    add_uses({one.id: 2, "gone": 5})
    add_uses({one.id: 3})
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.uses, two.uses, two.last_used_at) == (5, 0, None)
    assert one.last_used_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_manifests_at_once_leave_one_text_for_an_id() -> None:
    """Whoever comes second sees what the first has published, and is refused."""

    def publish_as(app: str) -> str:
        try:
            publish([a_query(app, "page")], app=app)
        except Refused:
            return "refused"
        finally:
            connections.close_all()
        return app

    for _ in range(5):
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(publish_as, [f"app{number}" for number in range(8)]))
        assert outcomes.count("refused") == 7
        (winner,) = [outcome for outcome in outcomes if outcome != "refused"]
        assert running() == {winner}
        TrustedDocument.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_counting_at_once_loses_no_use_and_does_not_deadlock() -> None:
    ids = [TrustedDocumentFactory().id for _ in range(20)]

    def count(turn: int) -> None:
        for _ in range(20):
            add_uses(dict.fromkeys(ids if turn % 2 else reversed(ids), 1))
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(6)))
    assert set(TrustedDocument.objects.values_list("uses", flat=True)) == {120}
