from collections import Counter

import pytest

from jobs.market import companies
from jobs.market.chance import Chance
from jobs.market.timeline import Timeline
from jobs.market.world import document, load
from tests.jobs.market.conftest import NOW

pytestmark = pytest.mark.django_db


def employers(jobs: int = 20_000) -> list[companies.Employer]:
    chance = Chance(1)
    return list(companies.employers(chance, load(chance), Timeline(jobs, NOW)).items)


def test_names_and_keys_are_unique_and_no_well_known_firm_s() -> None:
    found = employers()
    assert len(found) == companies.count(20_000) == 2050
    for values in ({one.slug for one in found}, {one.key for one in found}):
        assert len(values) == len(found)
    well_known = set(document("stems.toml")["well_known"])
    assert not any(well_known & set(one.name.lower().split()) for one in found)


def test_many_are_small_and_few_are_large() -> None:
    bands = Counter(one.size_band for one in employers(300_000))
    assert set(bands) == set(companies.SizeBand)
    assert bands["11-50"] > bands["201-500"] > bands["1001-5000"] > bands["5001+"]


def test_headquarters_are_in_the_company_s_country_and_the_large_have_several_towns() -> None:
    found = employers()
    assert all({town.country for town in one.towns} == {one.land.code} for one in found)
    assert max(len(one.towns) for one in found[:50]) >= 10
    assert Counter(len(one.towns) for one in found[1000:]).most_common(1)[0][0] <= 2


def test_every_industry_and_country_is_there() -> None:
    found = employers()
    assert {one.trade.id for one in found} >= {trade.id for trade in load(Chance(1)).trades.items}
    assert {one.land.code for one in found} == set(document("countries.toml"))


def test_public_bodies_have_no_legal_form_and_are_named_in_the_country_s_language() -> None:
    public = [one for one in employers() if one.trade.company_kind == "public"]
    english = {word for one in public for word in one.trade.words}
    assert {one.land.languages.items[0] for one in public} == {"en", "de", "fr", "es", "pl", "nl"}
    for one in public:
        assert not one.name.endswith(tuple(f" {form}" for form in one.land.forms))
        is_english = one.land.languages.items[0] == "en"
        assert one.name.endswith(tuple(english)) == is_english, one.name


def test_no_office_is_in_a_district_of_a_large_town() -> None:
    names = {town.name for town in load(Chance(1)).countries["FR"].towns.items}
    assert "Paris" in names
    assert not any(name.startswith(("Paris ", "Lyon 0", "Marseille ")) for name in names)
