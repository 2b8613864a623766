"""What every search engine has to do. A subclass says which `engine` it is about."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import CloseReason, Job, JobLifecycle, JobVisibility
from jobs.search.grammar import KeywordMode, parse
from jobs.search.port import Atom, Engine, Hit, JobSearchOrderField, Precision, Query, SearchOrder, Total
from jobs.search.where import JobFilter, Near
from tests.factories import CompanyFactory, JobFactory, PlaceFactory, SkillFactory
from tests.jobs.search.reference import ReferenceEngine

BERLIN = Near(52.52, 13.41, 50)
NEWEST = SearchOrder(JobSearchOrderField.PUBLISHED)
WORDS = ("senior", "nurses", "engineering", "cloud", "naïve", "it", "c++", "front-end", "工程师")
TEXTS = (
    *("", "nurse", "engineer", "engineers cloud", "cloud -senior", "-cloud", '"senior nurse"', "nurse or cloud"),
    *("eng*", "engineers*", "title:cloud", "skill:cloud", "company:cloud", "front end", "front-end", "naive it"),
    *("it of the", "C++", "工程师", '"cloud senior" NOT title:it', "zebra", '-"nurses cloud" senior', "skill:front*"),
)


class EngineContract:
    """Matching, filters, orders and counts, from postings that `index` has been told of."""

    engine: Engine

    def query(self, text: str = "", mode: KeywordMode = KeywordMode.ALL, **values: object) -> Query:
        question = parse(text, mode)
        return Query(timezone.now(), question if question.clauses else None, **values)  # type: ignore[arg-type]

    def titles(self, text: str = "", mode: KeywordMode = KeywordMode.ALL, **values: object) -> list[str]:
        """The titles of what is found, the newest first unless told otherwise."""
        hits = self.engine.listed(self.query(text, mode, **{"order": NEWEST, **values}), 100)
        titles = dict(Job.objects.values_list("pk", "title"))
        return [titles[hit.job_id] for hit in hits]

    def post(self, title: str, **values: object) -> Job:
        job = JobFactory(title=title, **values)
        self.engine.index([job.pk])
        return job

    def test_words_are_found_in_all_languages_by_their_stems(self) -> None:
        self.post("Krankenpflegerinnen", language="de")
        self.post("Ingénieures", language="fr")
        self.post("Engineers", language="en")
        self.post("Engineering", language="xx")
        assert self.titles("krankenpflegerin") == ["Krankenpflegerinnen"]
        assert self.titles("ingenieur") == ["Ingénieures"]
        assert self.titles("ENGINEERS") == ["Engineers"]

    def test_fields_are_told_apart(self) -> None:
        self.post("Nurse", company=CompanyFactory(name="Cloud Ltd"))
        self.post("Cloud Architect", description_source="Nobody is a nurse.")
        self.post("Welder", skills=[SkillFactory(name="Cloud computing")])
        assert self.titles("title:cloud") == ["Cloud Architect"]
        assert self.titles("company:cloud") == ["Nurse"]
        assert self.titles("skill:cloud") == self.titles("cloud", KeywordMode.SKILLS) == ["Welder"]
        assert self.titles("nurse", KeywordMode.TITLE) == ["Nurse"]
        assert len(self.titles("cloud")) == 3

    def test_phrases_do_not_cross_parts(self) -> None:
        skills = [SkillFactory(name="Nursing"), SkillFactory(name="Home care")]
        self.post("Head of care", skills=skills, company=CompanyFactory(name="Home"), description_source="Work.")
        assert self.titles('"head of care"') == self.titles('"home care"') == ["Head of care"]
        assert self.titles('"care nursing"') == self.titles('"nursing home"') == self.titles('"home work"') == []

    def test_optional_words_need_not_be_there(self) -> None:
        self.post("Head kitchen")
        assert self.titles("head of the kitchen") == ["Head kitchen"]
        assert self.titles("of the") == []

    def test_half_of_the_words_may_be_enough(self) -> None:
        self.post("Senior cloud nurse")
        self.post("Cloud nurse")
        self.post("Nurse")
        query = self.query("senior cloud nurse zebra", order=NEWEST)
        assert query.question
        found = self.engine.listed(replace(query, question=replace(query.question, at_least=0.5)), 10)
        assert len(found) == 2

    def test_what_is_not_live_is_not_found(self) -> None:
        now = timezone.now()
        job = self.post("Nurse")
        self.post("Nurse", published_at=now + timedelta(days=1))
        self.post("Nurse", draft=True)
        self.post("Nurse", frozen=True)
        self.post("Nurse", visibility=JobVisibility.UNLISTED)
        self.post("Nurse", company=CompanyFactory(status="suspended"))
        assert len(self.titles("nurse")) == 1
        assert self.engine.total(self.query("nurse"), 10) == Total(1)
        assert [hit.job_id for hit in self.engine.ranked(self.query("nurse")).hits] == [job.pk]
        late = self.query("nurse")
        assert self.engine.total(replace(late, at=late.at + timedelta(days=365)), 10) == Total(0)
        Job.objects.filter(pk=job.pk).update(
            lifecycle=JobLifecycle.CLOSED, close_reason=CloseReason.FILLED, closed_at=now
        )
        assert self.titles("nurse") == []

    def test_totals_say_whether_there_are_more(self) -> None:
        for _ in range(3):
            self.post("Nurse")
        assert self.engine.total(self.query("nurse"), 4) == Total(3)
        assert self.engine.total(self.query("nurse"), 3) == Total(3, Precision.AT_LEAST)
        assert self.engine.total(self.query("nurse"), 2) == Total(2, Precision.AT_LEAST)
        assert self.engine.total(self.query("zebra"), 2) == Total(0)

    def test_filters_and_circles_narrow_what_is_found(self) -> None:
        berlin = PlaceFactory(latitude=52.5, longitude=13.4)
        self.post("Nurse", places=[berlin], workplace="on_site")
        self.post("Nurse away", places=[PlaceFactory(latitude=48.1, longitude=11.6)], workplace="on_site")
        self.post("Nurse at home", workplace="remote")
        assert self.titles("nurse", near=(BERLIN,)) == ["Nurse"]
        assert set(self.titles("nurse", near=(replace(BERLIN, or_remote_for="DE"),))) == {"Nurse", "Nurse at home"}
        assert self.titles("nurse", where=JobFilter(workplaces=("remote",))) == ["Nurse at home"]
        assert self.titles("", where=JobFilter(none_of=JobFilter(workplaces=("remote",))), near=(BERLIN,)) == ["Nurse"]

    def test_concepts_stand_in_for_words(self) -> None:
        skill = SkillFactory(name="Bookkeeping")
        job = self.post("Clerk", skills=[skill])
        query = self.query("zebra")
        assert query.question
        found = self.engine.ranked(
            replace(query, question=replace(query.question, instead=(Atom(skill=skill.pk, weight=0.5),)))
        )
        assert [hit.job_id for hit in found.hits] == [job.pk]

    @pytest.mark.parametrize("seed", range(4))
    def test_finds_what_the_reference_finds(self, seed: int) -> None:
        """Random postings, all texts and orders, page by page."""
        rng = random.Random(seed)
        places = [PlaceFactory(latitude=52.52 + step / 10, longitude=13.41) for step in (0, 1, 2, 30)]
        companies = [CompanyFactory(name=name) for name in ("Cloud Ltd", "Nurses & Sons", "Front End GmbH")]
        skills = [SkillFactory(name=f"{name} {seed}") for name in ("Cloud computing", "Front-end", "Nursing")]
        keys = [
            JobFactory(
                title=" ".join(rng.sample(WORDS, rng.randint(1, 4))),
                description_source=" ".join(rng.choices([*WORDS, "of", "the"], k=12)),
                company=rng.choice(companies),
                language=rng.choice(["en", "de", "xx"]),
                workplace=rng.choice(["remote", "on_site", ""]),
                places=rng.sample(places, rng.randint(0, 2)),
                skills=rng.sample(skills, rng.randint(0, 2)),
                pay=rng.choice([None, (40_000_00, 50_000_00), (40_000_00, 60_000_00)]),
            ).pk
            for _ in range(20)
        ]
        self.engine.index(keys)
        reference = ReferenceEngine()
        for text in TEXTS:
            field = rng.choice(list(JobSearchOrderField))
            near = (rng.choice([BERLIN, replace(BERLIN, or_remote_for="DE")]),)
            query = self.query(
                text,
                where=rng.choice([None, JobFilter(workplaces=("remote",)), JobFilter(companies=(companies[0].pk,))]),
                near=near if field is JobSearchOrderField.DISTANCE or rng.random() < 0.3 else (),
                order=SearchOrder(field, field is JobSearchOrderField.RELEVANCE or rng.random() < 0.5),
            )
            expected = [(hit.job_id, hit.value) for hit in reference.listed(query, 100)]
            assert [(hit.job_id, hit.value) for hit in self.pages(query, rng.randint(1, 9))] == expected, query
            assert self.engine.total(query, 100) == Total(len(expected)), query
            if query.question is not None and any(not clause.is_excluded for clause in query.question.clauses):
                ranked = self.engine.ranked(query)
                assert {hit.job_id for hit in ranked.hits} == {key for key, _ in expected}, query
                assert ranked.is_all
                assert list(self.engine.ranked(query, ranked.bounds).hits) == list(ranked.hits)

    def pages(self, query: Query, size: int) -> list[Hit]:
        found: list[Hit] = []
        while True:
            after = (found[-1].value, found[-1].job_id) if found else None
            page = self.engine.listed(query, size, after=after)
            found += page
            if len(page) < size:
                return found
