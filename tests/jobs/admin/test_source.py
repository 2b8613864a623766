import re
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from jobs.models import ImportRow, ImportSource
from tests.admin_client import admin_client
from tests.factories import ImportRunFactory, ImportSourceFactory, JobFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:jobs_importsource_changelist"
NEW = {
    "name": "remoteok",
    "title": "Remote OK",
    "homepage": "https://remoteok.com",
    "location": "https://remoteok.com/api?key=hunter2",
    "format": "remoteok",
    "interval_minutes": "60",
    "is_active": "on",
    "renames": "{}",
}


@pytest.fixture
def client():
    return admin_client(UserFactory(platform_admin=True))


def add(client, **changes):
    """The new source, or the faults of the form."""
    answer = client.post(reverse("admin:jobs_importsource_add"), NEW | changes)
    if answer.status_code == 302:
        return ImportSource.objects.get(name=NEW["name"])
    return answer.context["adminform"].form.errors


def change(client, source, **changes):
    url = reverse("admin:jobs_importsource_change", args=[source.pk])
    # A browser sends back the initial value of a field whose default is made by a function.
    answer = client.post(url, NEW | {"location": "", "initial-renames": "{}"} | changes)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return ImportSource.objects.get(pk=source.pk)


def act(client, action, *sources):
    data = {"action": action, "_selected_action": [source.pk for source in sources]}
    answer = client.post(reverse(LIST), data)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_source_is_added_and_due_at_once(client):
    source = add(client)
    assert (source.location, source.renames, source.interval_minutes) == (NEW["location"], {}, 60)
    assert source.next_run_at is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("location", "", "required"),
        ("location", "/etc/passwd", "https:// or http://"),
        ("location", "https://me:hunter2@example.org/", "user name or a password"),
        ("format", "pdf", "not one of the available choices"),
        ("renames", "[1]", "object of names"),
        ("renames", '{"title": 1}', "object of names"),
        ("renames", '{"heading": "title"}', "heading is no name of ours"),
        ("homepage", "remoteok", "valid URL"),
    ],
)
def test_what_cannot_be_read_is_a_fault_of_the_field(client, field, value, said):
    assert said in unescape(str(add(client, **{field: value})[field]))


@pytest.mark.parametrize(("field", "value"), [("interval_minutes", "4"), ("live_days", "0")])
def test_number_out_of_bounds_is_a_fault_of_the_form(client, field, value):
    assert re.search("from (5 minutes|1) to", str(add(client, **{field: value})))


def test_key_in_the_location_is_never_shown_again(client):
    source = add(client)
    for url in (
        reverse(LIST),
        reverse("admin:jobs_importsource_change", args=[source.pk]),
        reverse("admin:jobs_importsource_history", args=[source.pk]),
    ):
        assert "hunter2" not in client.get(url).content.decode()
    page = client.get(reverse("admin:jobs_importsource_change", args=[source.pk])).content.decode()
    assert "Leave it empty to keep https://remoteok.com/api?…" in page


def test_location_stays_unless_a_new_one_is_given(client):
    source = add(client)
    ImportSource.objects.update(etag='"1"')
    kept = change(client, source, title="Remote")
    assert (kept.location, kept.title, kept.etag) == (NEW["location"], "Remote", '"1"')
    moved = change(client, source, location="https://remoteok.com/v2")
    assert (moved.location, moved.etag) == ("https://remoteok.com/v2", "")


def test_name_of_a_source_stays(client):
    assert change(client, add(client), name="another").name == "remoteok"


def test_import_now_and_resync_ask_for_it(client):
    first, second = ImportSourceFactory(name="first"), ImportSourceFactory(name="second", interval_minutes=None)
    told = act(client, "import_now", first, second)
    assert told == [f"{name} will be imported within a minute." for name in ("first", "second")]
    assert not ImportSource.objects.filter(next_run_at=None).exists()
    assert not ImportSource.objects.exclude(resync_requested_at=None).exists()
    act(client, "resync", second)
    assert ImportSource.objects.get(name="second").resync_requested_at is not None


def test_inactive_source_is_not_imported(client):
    assert act(client, "import_now", ImportSourceFactory(name="off", is_active=False)) == ["off is not active."]
    assert ImportSource.objects.get().next_run_at is None


def test_one_comes_from_a_source_to_its_runs_and_from_a_run_to_its_rows(client):
    source = ImportSourceFactory(name="a & b")
    run = ImportRunFactory(source=source.name, rows_read=2, rows_created=1, rows_failed=1)
    ImportRunFactory(source="another")
    ImportRow.objects.create(run=run, position=1, fate="created", reference="A-1", job=JobFactory())
    ImportRow.objects.create(run=run, position=2, fate="failed", reference="A-2", field="title", reason="No title.")
    ImportRow.objects.create(run=ImportRunFactory(), position=1, fate="failed", reason="Of another run.")

    page = client.get(reverse("admin:jobs_importsource_change", args=[source.pk])).content.decode()
    runs = client.get(unescape(re.search(r'href="([^"]*importrun/\?source[^"]+)"', page)[1]))
    assert [shown.pk for shown in runs.context["cl"].result_list] == [run.pk]

    page = client.get(reverse("admin:jobs_importrun_change", args=[run.pk])).content.decode()
    links = {text: unescape(url) for url, text in re.findall(r'href="([^"]*importrow/\?[^"]+)">([^<]+)<', page)}
    assert links.keys() == {"1 created", "1 failed"}
    (row,) = client.get(links["1 failed"]).context["cl"].result_list
    assert (row.reference, row.reason) == ("A-2", "No title.")
