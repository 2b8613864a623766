import pytest

from jobs.services import reference
from jobs.services.taxonomies import crosswalk


@pytest.mark.parametrize(("name", "known"), [("isco", "categories"), ("soc", "categories"), ("naics", "industries")])
def test_every_code_leads_to_something_that_there_is(name, known):
    slugs = {row["slug"] for row in reference.read(f"{known}.csv")}
    assert set(crosswalk.table(name).values()) <= slugs


def test_no_code_stands_twice():
    for file, _ in crosswalk.CROSSWALKS.values():
        codes = [row["code"] for row in reference.read(file)]
        assert codes == sorted(set(codes))


@pytest.mark.parametrize(
    ("name", "code", "slug"),
    [
        ("isco", "2512", "software-development"),
        ("isco", "2513", "frontend-development"),
        ("isco", "2211", "medicine"),
        ("isco", "7126", "plumbing-and-hvac"),
        ("soc", "15-1252.00", "software-development"),
        ("soc", "15-1299.04", "cyber-security"),
        ("soc", "29-1141.00", "nursing"),
        ("soc", "53-3032.00", "driving"),
        ("naics", "511210", "software"),
        ("naics", "325412", "pharmaceuticals"),
        ("naics", "722511", "hospitality"),
        ("soc", "99-0000.00", None),
    ],
)
def test_the_longest_beginning_decides(name, code, slug):
    assert crosswalk.slug_of(name, code) == slug


def test_every_major_group_has_a_way():
    for group in ("0110", *(f"{group}111" for group in range(1, 10))):
        assert crosswalk.slug_of("isco", group), group
    majors = (11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55)
    for major in majors:
        assert crosswalk.slug_of("soc", f"{major}-2011.00"), major
