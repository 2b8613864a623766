import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from jobs.models import Compensation, Job
from tests.factories import CompanyFactory

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
    return path


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


@pytest.mark.parametrize("name", ["board.jsonl", "board.jsonl.gz", "board.ndjson"])
def test_format_is_told_by_the_name(tmp_path, name):
    call_command("jobs_import", written(tmp_path, *ROWS, name=name), verbosity=0)
    assert Job.objects.count() == 2


def test_csv_with_other_column_names_goes_in(tmp_path):
    path = tmp_path / "city.csv"
    path.write_text("Job ID,Civil Service Title,Agency,Salary Range From\n1,NURSE,CITY,84252.0\n")
    renames = ["id=Job ID", "title=Civil Service Title", "company=Agency", "salary_min=Salary Range From"]
    call_command("jobs_import", path, map=renames, verbosity=0)
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
    assert "line 2, company: A posting needs a company." in told
    assert "line 3: Not JSON" in told
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
    error = refused(path)
    assert error.returncode == 2
    assert reason in str(error)


def test_missing_file_and_folder_end_with_2(tmp_path):
    assert refused(tmp_path / "absent.jsonl").returncode == 2
    assert "directory" in str(refused(tmp_path, format="jsonl"))


@pytest.mark.parametrize("entry", ["title", "=x", "headline=title", "title="])
def test_map_that_means_nothing_is_refused(tmp_path, entry):
    assert refused(written(tmp_path, *ROWS), map=[entry]).returncode == 2


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_live_days_out_of_bounds_are_refused(tmp_path, days):
    assert refused(written(tmp_path, *ROWS), live_days=days).returncode == 2


def test_help_tells_keys_and_exit_codes(capsys):
    with pytest.raises(SystemExit):
        call_command("jobs_import", "--help")
    told = capsys.readouterr().out
    assert "salary_currency" in told
    assert "Exit code: 0" in told
