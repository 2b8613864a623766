from datetime import UTC, datetime

import pytest

from jobs.market.sheets import PIECE, Sheet, defaults, quoted_array, text, write
from jobs.models import Company, Job

pytestmark = pytest.mark.django_db
NASTY = 'back\\slash\ttab\nline\rreturn "quote" {brace}, \\N \\. ñ 🙂'


def company(name: str, benefits: list[str]) -> Sheet:
    sheet = Sheet(Company, "id", "created_at", "updated_at", "name", "slug", "benefits")
    moment = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    sheet.add("00000000000070008000000000000001", moment, moment, text(name), "nasty", quoted_array(benefits))
    return sheet


def test_what_goes_in_comes_out() -> None:
    write([company(NASTY, [NASTY, "", "NULL", "a,b"])])
    found = Company.objects.get(slug="nasty")
    assert found.name == NASTY
    assert found.benefits == [NASTY, "", "NULL", "a,b"]


def test_columns_that_are_not_named_hold_the_defaults() -> None:
    write([company("Plain", [])])
    found, made = Company.objects.get(slug="nasty"), Company(name="Plain", slug="nasty")
    for field in Company._meta.concrete_fields:
        if field.name not in ("id", "created_at", "updated_at"):
            assert getattr(found, field.attname) == getattr(made, field.attname), field.name


def test_sheet_is_empty_after_it_was_written() -> None:
    sheet = company("Once", [])
    write([sheet])
    write([sheet])
    assert Company.objects.filter(slug="nasty").count() == 1


def test_sheet_larger_than_a_piece_goes_in_whole() -> None:
    sheet = company("First", [])
    moment = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    for number in range(3000):
        sheet.add(f"{number:032x}", moment, moment, "x" * 200, f"slug-{number}", "{}")
    assert 2 * PIECE < 3000 * 200
    write([sheet])
    assert Company.objects.count() == 3001


def test_defaults_are_those_of_the_model() -> None:
    light, job = defaults(Job)(), Job()
    for name in ("title", "employment_types", "seniority", "apply_kind", "description_format", "remote_utc_from"):
        assert getattr(light, name) == getattr(job, name)
