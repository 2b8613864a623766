import pytest

from jobs.importers.titles import TitleReader
from jobs.models import Category, Occupation

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(request):
    """Built once for all tests of the file: the reference tables are the same for all."""
    if not hasattr(request.module, "_reader"):
        request.module._reader = TitleReader()
    return request.module._reader


@pytest.mark.parametrize(
    ("title", "occupation"),
    [
        ("Senior Software Engineer, Simulation", "software-engineer"),
        ("SOFTWARE ENGINEER", "software-engineer"),
        ("Registered Nurse (RN) - Night Shift", "registered-nurse"),
        ("RN, Cardiology", "registered-nurse"),
        ("Electrical Engineer - Power", "electrical-engineer"),
    ],
)
def test_occupation_and_category_are_read_off_the_title(reader, title, occupation):
    known = Occupation.objects.get(slug=occupation)
    assert reader.read(title) == (known.pk, known.category_id)


@pytest.mark.parametrize("title", ["Join our community!", "IT IS TIME TO JOIN", "", "…"])
def test_other_titles_name_none(reader, title):
    assert reader.read(title) == (None, None)


def test_category_is_known_by_slug_and_by_name(reader):
    nursing = Category.objects.get(slug="nursing")
    assert reader.category("nursing") == reader.category("Nursing") == nursing.pk
    assert reader.category("Alchemy") is None
