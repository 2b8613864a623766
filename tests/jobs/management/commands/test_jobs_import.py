import gzip
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from jobs.models import Compensation, Job
from jobs.models.job import live
from jobs.services.import_run import LOCK
from jobs.services.posting import upsert
from tests.factories import CompanyFactory
from tests.search_board import indexed

pytestmark = pytest.mark.django_db
ROWS = [
    {
        "id": "1",
        "company": "Acme",
        "title": "Nurse",
        "location": "London",
        "salary_min": 30_000,
        "posted_at": "2020-01-01",
    },
    {"id": "2", "company": "Acme", "title": "Baker", "skills": ["Python"], "colour": "red"},
]


def written(tmp_path, *lines, name="board.jsonl"):
    path = tmp_path / name
    content = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return str(path)


def refused(*arguments, **options):
    with pytest.raises(CommandError) as caught:
        call_command("jobs_import", *arguments, **options)
    return caught.value


def test_summary_tells_what_came_in_and_what_was_recognised(tmp_path, capsys):
    call_command("jobs_import", written(tmp_path, *ROWS))
    told = " ".join(capsys.readouterr().out.split())
    for fact in ("read 2", "created 2", "failed 0", "places 1", "pays 1", "skills 1 in 1", "keys left out: colour (1)"):
        assert fact in told
    assert Job.objects.count() == 2


def test_what_came_in_is_searched_though_no_worker_runs(tmp_path):
    call_command("jobs_import", written(tmp_path, *ROWS), live_days=3650)
    assert indexed() == set(Job.objects.filter(live()).values_list("pk", flat=True)) != set()


@pytest.mark.parametrize("name", ["board.jsonl", "board.jsonl.gz", "board.ndjson"])
def test_format_is_told_by_the_name(tmp_path, name):
    call_command("jobs_import", written(tmp_path, *ROWS, name=name), verbosity=0)
    assert Job.objects.count() == 2


def test_csv_with_other_column_names_goes_in(tmp_path):
    path = tmp_path / "city.csv"
    path.write_text("Job ID,Civil Service Title,Agency,Salary Range From\n1,NURSE,CITY,84252.0\n")
    renames = ["id=Job ID", "title=Civil Service Title", "company=Agency", "salary_min=Salary Range From"]
    call_command("jobs_import", str(path), map=renames, verbosity=0)
    assert list(Job.objects.values_list("external_reference", "title", "company__name")) == [("1", "NURSE", "CITY")]


def test_company_for_rows_that_name_none(tmp_path):
    company = CompanyFactory(name="Acme")
    call_command("jobs_import", written(tmp_path, {"title": "Nurse"}), company="ACME", verbosity=0)
    assert Job.objects.get().company_id == company.pk


def test_country_for_rows_that_name_none(tmp_path):
    path = written(tmp_path, {"title": "Nurse", "company": "Acme", "salary_min": 60_000})
    call_command("jobs_import", path, country="gb", verbosity=0)
    assert Compensation.objects.get().currency_id == "GBP"
    assert refused(path, country="Narnia").returncode == 2


def test_live_days_make_old_postings_live(tmp_path):
    path = written(tmp_path, *ROWS)
    call_command("jobs_import", path, dry_run=True, verbosity=0)
    assert not Job.objects.exists()
    call_command("jobs_import", path, verbosity=0)
    assert Job.objects.get(external_reference="1").lifecycle == "expired"
    call_command("jobs_import", path, live_days=30, verbosity=0)
    assert set(Job.objects.values_list("lifecycle", flat=True)) == {"published"}


def test_some_bad_rows_end_with_1_and_are_named(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        call_command("jobs_import", written(tmp_path, ROWS[0], {"id": "3", "title": "Cook"}, b"{\n", ROWS[1]))
    assert caught.value.code == 1
    told = capsys.readouterr().err
    assert "row 2, company: A posting needs a company." in told
    assert "row 3: Not JSON" in told
    assert Job.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "board.jsonl", "is empty"),
        (b"{}\n", "board.jsonl.gz", "not a gzip file"),
        ('{"title": "Nurse"}'.encode("utf-16"), "board.jsonl", "UTF-16"),
        (b"[]", "board.jsonl", "JSON array"),
        (b"title,title\n", "board.csv", "twice"),
        (b"title,company\n", "board.csv", "holds no rows"),
        (b"not json\n", "board.jsonl", "No row could be taken in"),
        (b'{"title": "Nurse"}\n', "board.jsonl", "No row could be taken in"),
        (b"{}", "board.rtf", "Say --format"),
    ],
)
def test_file_that_gives_nothing_ends_with_2_and_says_why(tmp_path, content, name, reason):
    path = tmp_path / name
    path.write_bytes(content)
    error = refused(str(path))
    assert error.returncode == 2
    assert reason in str(error)


def test_missing_file_and_empty_folder_end_with_2(tmp_path):
    assert refused(str(tmp_path / "absent.jsonl")).returncode == 2
    assert "has no files that end in .jsonl" in str(refused(str(tmp_path), format="jsonl"))


@pytest.mark.parametrize("entry", ["title", "=x", "colour=title", "title="])
def test_map_that_means_nothing_is_refused(tmp_path, entry):
    assert refused(written(tmp_path, *ROWS), map=[entry]).returncode == 2


def test_map_is_for_formats_without_keys_of_their_own(tmp_path):
    error = refused(written(tmp_path, {}, name="lever.json"), format="lever", map=["title=text"])
    assert "lever has keys of its own" in str(error)


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_live_days_out_of_bounds_are_refused(tmp_path, days):
    assert refused(written(tmp_path, *ROWS), live_days=days).returncode == 2


@pytest.mark.parametrize("percent", [-1, 101])
def test_share_to_close_out_of_bounds_is_refused(tmp_path, percent):
    assert refused(written(tmp_path, *ROWS), close_at_most=percent).returncode == 2


def test_sync_closes_what_vanished_and_tells_of_it(tmp_path, capsys):
    call_command("jobs_import", written(tmp_path, *ROWS), source="board", sync=True)
    call_command("jobs_import", written(tmp_path, ROWS[1]), source="board", sync=True)
    assert "closed 1 no longer listed" in " ".join(capsys.readouterr().out.split())
    assert Job.objects.get(external_reference="1").close_reason == "withdrawn"


def test_dry_run_prints_the_plan(tmp_path, capsys):
    call_command("jobs_import", written(tmp_path, *ROWS), source="board", verbosity=0)
    changed = [ROWS[0] | {"title": "Head nurse"}, {"id": "3", "company": "Acme", "title": "Cook"}]
    call_command("jobs_import", written(tmp_path, *changed), source="board", sync=True, dry_run=True)
    told = capsys.readouterr().out
    assert "~ Acme · Head nurse [1]: " in told
    assert "+ Acme · Cook [3]\n" in told
    assert "- Acme · Baker [2]: No longer listed by board." in told
    assert set(Job.objects.values_list("title", "lifecycle")) == {("Nurse", "expired"), ("Baker", "published")}


def test_long_plan_is_cut_and_says_so(tmp_path, capsys):
    path = written(tmp_path, *({"id": str(number), "company": "Acme", "title": "Cook"} for number in range(50)))
    call_command("jobs_import", path, dry_run=True)
    assert "… and 10 more (-v 2 shows more)" in capsys.readouterr().out
    call_command("jobs_import", path, dry_run=True, verbosity=2)
    assert capsys.readouterr().out.count("+ Acme") == 50


def test_sync_that_closes_nothing_ends_with_1_and_says_why(tmp_path, capsys):
    rows = [{"id": str(number), "company": "Acme", "title": "Cook"} for number in range(50)]
    call_command("jobs_import", written(tmp_path, *rows), source="board", verbosity=0)
    with pytest.raises(SystemExit) as caught:
        call_command("jobs_import", written(tmp_path, *rows[:10]), source="board", sync=True)
    assert caught.value.code == 1
    assert "Nothing was closed: 40 of the 50 postings" in capsys.readouterr().err
    call_command("jobs_import", written(tmp_path, *rows[:10]), source="board", sync=True, close_at_most=100)
    assert Job.objects.filter(lifecycle="closed").count() == 40


def test_source_that_is_being_imported_ends_with_2(tmp_path):
    path = written(tmp_path, *ROWS)
    with connections["default"].copy().cursor() as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(hashtext(%s), hashtext(%s))", [LOCK, "board"])
        error = refused(path)
        elsewhere.connection.close()
    assert error.returncode == 2
    assert "being imported at this moment" in str(error)


def test_address_with_a_secret_names_the_source_without_it(capsys):
    error = refused("https://user:pass@boards.example/jobs?key=s3cret", format="greenhouse")
    assert error.returncode == 2
    assert "s3cret" not in str(error) + capsys.readouterr().out


def test_document_that_breaks_off_is_told_of_and_what_came_before_is_in(tmp_path, capsys):
    whole = Path(written(tmp_path, *({"id": str(n), "company": "Acme", "title": "Cook"} for n in range(600))))
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(whole.read_bytes())[:-200])
    feed = tmp_path / "half.xml"
    jobs = "".join(f"<job><referencenumber>{n}</referencenumber><title>Cook</title></job>" for n in range(9))
    feed.write_text(f"<source>{jobs}<job><title>Co")
    for path, options in ((cut, {}), (feed, {"format": "indeed-xml", "company": "Acme"})):
        with pytest.raises(SystemExit) as caught:
            call_command("jobs_import", str(path), source=path.name, **options)
        assert caught.value.code == 1
        told = capsys.readouterr()
        assert "What came before is in." in told.err
        assert "created" in told.out
    assert Job.objects.filter(sources__source="half.xml").count() == 9


def test_sync_needs_the_name_of_the_source(tmp_path):
    assert "--sync needs --source" in str(refused(written(tmp_path, *ROWS), sync=True))


@pytest.mark.django_db(transaction=True)
def test_lost_database_is_told_of(tmp_path, monkeypatch):
    def lose_it_first(batch, into):
        elsewhere = connection.copy()
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        elsewhere.close()
        return upsert(batch, into)

    monkeypatch.setattr("jobs.importers.run.upsert", lose_it_first)
    try:
        error = refused(written(tmp_path, *ROWS))
    finally:
        connection.close()
    assert "The database went away. Whole batches are in" in str(error)


def test_help_tells_keys_and_exit_codes(capsys):
    with pytest.raises(SystemExit):
        call_command("jobs_import", "--help")
    told = capsys.readouterr().out
    assert "salary_currency" in told
    assert "Exit code: 0" in told
