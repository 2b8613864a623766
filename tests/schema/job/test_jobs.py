"""`jobs`: what is listed, what each filter keeps, and in which order."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.models import (
    CompanyStatus,
    CompensationKind,
    Job,
    JobVisibility,
    Necessity,
    PayPeriod,
    Seniority,
    Workplace,
)
from schema.core import ids
from tests.door import send
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CompensationFactory,
    CountryFactory,
    CurrencyFactory,
    JobFactory,
    JobLocationFactory,
    JobSkillFactory,
    PlaceFactory,
    RemoteEligibilityFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db

TITLES = """
query Titles($where: JobWhere, $orderBy: JobOrder) {
  jobs(where: $where, orderBy: $orderBy, first: 100) { totalCount nodes { title } }
}
"""


def titles(where: dict[str, Any] | None = None, order_by: dict[str, Any] | None = None) -> list[str]:
    jobs = send(TITLES, {"where": where, "orderBy": order_by}).data["jobs"]
    found = [job["title"] for job in jobs["nodes"]]
    assert jobs["totalCount"] == len(found)
    return found


def kept(where: dict[str, Any]) -> set[str]:
    return set(titles(where))


def global_id(row: Any) -> str:
    return ids.encode(type(row).__name__, row.pk)


def test_only_what_is_live_and_public_is_listed() -> None:
    JobFactory(title="live")
    for trait in ("draft", "in_review", "approved", "scheduled", "paused", "expired", "closed", "archived", "frozen"):
        JobFactory(title=trait, **{trait: True})
    now = timezone.now()
    JobFactory(title="not yet", published_at=now + timedelta(hours=1))
    JobFactory(title="just ended", expires_at=now - timedelta(seconds=1))
    JobFactory(title="unlisted", visibility=JobVisibility.UNLISTED)
    JobFactory(title="of a suspended company", company=CompanyFactory(status=CompanyStatus.SUSPENDED))
    assert titles() == ["live"]


def test_an_empty_board_is_an_empty_list() -> None:
    page = send("{ jobs { nodes { id } edges { cursor } totalCount pageInfo { hasNextPage endCursor } } }").data["jobs"]
    assert page == {"nodes": [], "edges": [], "totalCount": 0, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def test_a_category_holds_its_whole_subtree() -> None:
    root = CategoryFactory()
    child = CategoryFactory(parent=root)
    grandchild = CategoryFactory(parent=child)
    sibling = CategoryFactory(slug=f"{root.slug}-too")
    for category in (root, child, grandchild, sibling):
        JobFactory(title=category.slug, category=category)
    JobFactory(title="none")
    assert kept({"categories": [global_id(root)]}) == {root.slug, child.slug, grandchild.slug}
    assert kept({"categories": [global_id(child)]}) == {child.slug, grandchild.slug}
    assert kept({"categories": [global_id(child), global_id(sibling)]}) == {child.slug, grandchild.slug, sibling.slug}
    assert kept({"not": {"categories": [global_id(root)]}}) == {sibling.slug, "none"}
    assert kept({"categories": []}) == set()


def test_companies() -> None:
    here, there = JobFactory(title="here"), JobFactory(title="there")
    assert kept({"companies": [global_id(here.company)]}) == {"here"}
    assert kept({"companies": [global_id(here.company), global_id(there.company)]}) == {"here", "there"}


def test_places_and_countries() -> None:
    town = PlaceFactory(country=CountryFactory(code="FR", name="France", continent="EU"))
    JobFactory(title="town", places=[PlaceFactory(), town])
    JobFactory(title="elsewhere", places=[PlaceFactory()])
    JobLocationFactory(job=JobFactory(title="somewhere in France"), place=None, country=town.country, text="France")
    assert kept({"places": [global_id(town)]}) == {"town"}
    assert kept({"countries": ["FR"]}) == {"town", "somewhere in France"}


def around(latitude: float, longitude: float, radius: float) -> dict[str, Any]:
    return {"near": {"latitude": latitude, "longitude": longitude, "radiusKm": radius}}


def test_near_is_measured_along_the_earth() -> None:
    # Berlin to Potsdam is about 27 km, to Hamburg about 255 km.
    berlin = PlaceFactory(name="Berlin", latitude=52.5200, longitude=13.4050)
    for name, latitude, longitude in (("Potsdam", 52.3989, 13.0657), ("Hamburg", 53.5511, 9.9937)):
        JobFactory(title=name, places=[PlaceFactory(name=name, latitude=latitude, longitude=longitude)])
    JobFactory(title="Berlin", places=[berlin])
    assert kept({"near": {"place": global_id(berlin), "radiusKm": 1}}) == {"Berlin"}
    assert kept({"near": {"place": global_id(berlin), "radiusKm": 25}}) == {"Berlin"}
    assert kept({"near": {"place": global_id(berlin), "radiusKm": 30}}) == {"Berlin", "Potsdam"}
    assert kept({"near": {"place": global_id(berlin), "radiusKm": 250}}) == {"Berlin", "Potsdam"}
    assert kept({"near": {"place": global_id(berlin), "radiusKm": 260}}) == {"Berlin", "Potsdam", "Hamburg"}
    assert kept({"near": {"place": global_id(berlin)}}) == {"Berlin", "Potsdam"}


@pytest.mark.parametrize(
    ("centre", "place"),
    [((0, 179.9), (0, -179.9)), ((0, -179.9), (0, 179.9)), ((89.9, 0), (89.9, 180)), ((-89.9, 10), (-89.9, -170))],
)
def test_near_reaches_over_the_date_line_and_the_poles(centre: tuple[float, float], place: tuple[float, float]) -> None:
    JobFactory(title="near", places=[PlaceFactory(latitude=place[0], longitude=place[1])])
    JobFactory(title="far", places=[PlaceFactory(latitude=0, longitude=90)])
    assert kept(around(*centre, 30)) == {"near"}
    assert kept(around(*centre, 15)) == set()


def test_near_me_or_remote_for_my_country() -> None:
    here = PlaceFactory(latitude=48.1, longitude=11.5)
    germany, france = here.country, CountryFactory(code="FR", name="France", continent="EU")
    JobFactory(title="here", places=[here])
    JobFactory(title="far away", places=[PlaceFactory(latitude=40, longitude=-70)])
    JobFactory(title="remote anywhere", workplace=Workplace.REMOTE)
    allowed = JobFactory(title="remote in Germany", workplace=Workplace.REMOTE)
    RemoteEligibilityFactory(job=allowed, country=germany)
    RemoteEligibilityFactory(job=JobFactory(title="remote in France", workplace=Workplace.REMOTE), country=france)
    denied = JobFactory(title="remote but not in Germany", workplace=Workplace.REMOTE)
    RemoteEligibilityFactory(job=denied, country=germany, is_allowed=False)
    RemoteEligibilityFactory(job=JobFactory(title="hybrid in Germany", workplace=Workplace.HYBRID), country=germany)
    near = around(48.1, 11.5, 20)["near"]
    assert kept({"near": near}) == {"here"}
    assert kept({"near": {**near, "orRemoteFor": "DE"}}) == {"here", "remote anywhere", "remote in Germany"}
    assert kept({"remoteFor": "FR"}) == {"remote anywhere", "remote in France", "remote but not in Germany"}


def test_workplace_employment_type_and_seniority() -> None:
    JobFactory(title="a", workplace=Workplace.REMOTE, employment_types=["full_time", "contract"], seniority="senior")
    JobFactory(title="b", workplace=Workplace.ON_SITE, employment_types=["part_time"], seniority="")
    JobFactory(title="c")
    assert kept({"workplaces": ["REMOTE"]}) == {"a"}
    assert kept({"employmentTypes": ["CONTRACT", "PART_TIME"]}) == {"a", "b"}
    assert kept({"seniorities": ["SENIOR", "LEAD"]}) == {"a"}
    assert kept({"not": {"workplaces": ["REMOTE"]}}) == {"b", "c"}


def test_skills_required_and_any() -> None:
    python, sql, go = (SkillFactory(name=name) for name in ("Python", "SQL", "Go"))
    JobFactory(title="both", skills=[python, sql])
    JobFactory(title="python", skills=[python])
    JobSkillFactory(job=JobFactory(title="go is nice"), skill=go, necessity=Necessity.NICE)
    JobFactory(title="none")
    assert kept({"skills": {"allOf": [global_id(python), global_id(sql)]}}) == {"both"}
    assert kept({"skills": {"anyOf": [global_id(sql), global_id(go)]}}) == {"both", "go is nice"}
    assert kept({"skills": {"allOf": [global_id(python)], "anyOf": [global_id(sql)]}}) == {"both"}
    assert kept({"skills": {"anyOf": [global_id(go)], "necessity": "REQUIRED"}}) == set()
    assert kept({"skills": {"anyOf": [global_id(go)], "necessity": "NICE"}}) == {"go is nice"}
    assert kept({"skills": {}}) == {"both", "python", "go is nice", "none"}


def pay_at_least(amount: str, **more: Any) -> dict[str, Any]:
    return {"pay": {"atLeast": amount, "currency": "EUR", **more}}


def test_a_pay_floor_is_compared_with_the_top_of_the_range() -> None:
    JobFactory(title="40 to 60", pay=(40_000_00, 60_000_00))
    JobFactory(title="from 70", pay=(70_000_00, None))
    JobFactory(title="up to 50", pay=(None, 50_000_00))
    JobFactory(title="30 an hour", pay=(25_00, 30_00), pay__period=PayPeriod.HOUR)
    JobFactory(title="in krona", pay=(1, 90_000_00), pay__currency=CurrencyFactory(code="XTS", name="No rate"))
    JobFactory(title="unknown")
    only_bonus = JobFactory(title="only a bonus is said")
    CompensationFactory(job=only_bonus, kind=CompensationKind.BONUS)
    unsaid = {"unknown", "only a bonus is said"}
    assert kept(pay_at_least("60000")) == {"40 to 60", "from 70", "30 an hour"} | unsaid
    assert kept(pay_at_least("60000.01")) == {"from 70", "30 an hour"} | unsaid
    assert kept(pay_at_least("62400", includeUnspecified=False)) == {"from 70", "30 an hour"}
    assert kept(pay_at_least("62400.01", includeUnspecified=False)) == {"from 70"}
    assert kept(pay_at_least("30", period="HOUR", includeUnspecified=False)) == {"from 70", "30 an hour"}
    assert kept(pay_at_least("50000", includeUnspecified=False)) == {"40 to 60", "from 70", "up to 50", "30 an hour"}


def test_published_since_counts_the_instant_itself() -> None:
    then = timezone.now().replace(microsecond=0) - timedelta(days=3)
    JobFactory(title="then", published_at=then)
    JobFactory(title="before", published_at=then - timedelta(microseconds=1))
    assert kept({"publishedSince": then.isoformat()}) == {"then"}


def test_conditions_combine() -> None:
    for seniority in (Seniority.ENTRY, Seniority.MID, Seniority.SENIOR):
        for workplace in (Workplace.REMOTE, Workplace.ON_SITE):
            JobFactory(title=f"{seniority} {workplace}", seniority=seniority, workplace=workplace)
    assert kept({"seniorities": ["MID"], "workplaces": ["REMOTE"]}) == {"mid remote"}
    assert kept({"and": [{"seniorities": ["MID"]}, {"workplaces": ["REMOTE"]}]}) == {"mid remote"}
    assert kept({"or": [{"seniorities": ["MID"]}, {"seniorities": ["ENTRY"], "workplaces": ["REMOTE"]}]}) == {
        "mid remote",
        "mid on_site",
        "entry remote",
    }
    assert kept({"not": {"or": [{"workplaces": ["ON_SITE"]}, {"seniorities": ["SENIOR"]}]}}) == {
        "mid remote",
        "entry remote",
    }
    assert kept({"or": []}) == set()
    assert len(kept({"and": []})) == 6


def test_newest_first_unless_asked_otherwise() -> None:
    now = timezone.now()
    for days in (3, 1, 2):
        JobFactory(title=f"{days}", published_at=now - timedelta(days=days))
    assert titles() == ["1", "2", "3"]
    assert titles(order_by={"field": "PUBLISHED", "direction": "ASC"}) == ["3", "2", "1"]


def test_by_pay_unknown_and_incomparable_pay_come_last_in_either_direction() -> None:
    JobFactory(title="20 an hour", pay=(15_00, 20_00), pay__period=PayPeriod.HOUR)
    JobFactory(title="50,000 a year", pay=(10_00, 50_000_00))
    JobFactory(title="3,000 a month", pay=(3_000_00, 3_000_00), pay__period=PayPeriod.MONTH)
    dollars = CurrencyFactory(code="USD", name="Dollar")
    last = {
        JobFactory(title="in dollars", pay=(1, 99_999_999_00), pay__currency=dollars).title,
        JobFactory(title="unknown").title,
    }
    downward = titles(order_by={"field": "PAY", "currency": "EUR"})
    upward = titles(order_by={"field": "PAY", "direction": "ASC", "currency": "EUR"})
    assert downward[:3] == ["50,000 a year", "20 an hour", "3,000 a month"]
    assert upward[:3] == downward[2::-1]
    assert set(downward[3:]) == set(upward[3:]) == last


def test_a_removed_job_is_gone_at_once() -> None:
    job = JobFactory(title="here")
    assert titles() == ["here"]
    Job.objects.filter(pk=job.pk).update(moderation="frozen")
    assert titles() == []
