from functools import cache
from itertools import product

import pytest

from jobs.market.chance import Chance
from jobs.market.content import lowest_pay, period_of, seniority_of, usual_pay
from jobs.market.world import HEADS, Kind, World, document, load
from jobs.services import reference

pytestmark = pytest.mark.django_db


@cache
def kinds() -> dict[str, Kind]:
    return {kind.slug: kind for kind in load(Chance(1)).kinds}


def world() -> World:
    return load(Chance(1))


def test_every_level_of_every_ladder_has_words_in_each_language() -> None:
    levels = document("titles.toml")["levels"]
    for kind, (language, ladders) in product(kinds().values(), levels.items()):
        words = ladders.get(kind.ladder, ladders["office"])
        for level in seniority_of(kind).items:
            assert level in words or (language != "en" and level == "executive"), (kind.slug, language, level)
        assert "intern" in words or "apprenticeship" not in kind.types.items, (kind.slug, language)


def test_titles_name_no_level_twice() -> None:
    for kind in kinds().values():
        for title in kind.titles:
            words = set(title.lower().replace("-", " ").split())
            assert bool(words & HEADS) == (kind.ladder == "head"), title
            assert ("manager" in words) >= (kind.ladder == "manager"), title


def test_work_by_the_hour_knows_no_graduates_and_no_principals() -> None:
    words = document("titles.toml")["levels"]["en"]["crew"]
    for title in (pattern for patterns in words.values() for pattern in patterns):
        assert not any(word in title for word in ("Graduate", "Principal", "Head", "Internship", " I"))
    assert {kinds()[slug].ladder for slug in ("kitchen-helper", "cleaner", "receptionist", "care-worker")} == {"crew"}


def test_who_writes_the_software_earns_more_than_who_describes_it() -> None:
    assert kinds()["backend-engineer"].pay > 1.15 * kinds()["business-analyst"].pay


def test_level_above_earns_more_and_the_lowest_earns_the_lowest_pay_in_every_country() -> None:
    for land, kind in product(world().lands.items, kinds().values()):
        levels = [level for level in ("entry", "mid", "senior", "lead") if level in seniority_of(kind).items]
        pay = [usual_pay(land, kind, level) for level in levels]
        assert pay == sorted(set(pay))
        assert pay[0] >= lowest_pay(land, period_of(land, kind), levels[0])


def test_category_without_skills_of_its_own_asks_for_those_of_its_children() -> None:
    general = {row["name"] for row in reference.read("skills.csv") if not row["category"]}
    assert not general & {name for _, name in kinds()["engineer"].skills.items[:10]}
