"""The market that feeds are judged on: people with tastes that no profile says, and a week that is held out.

A market is made as of a week after the instant of the split. Then that week is taken back: what was closed or ran out
in it is open again, what people did in it is forgotten, and of what was done before, heat and cells are made. So all
that a feed can know is what was known at the split, and the jobs that were live at that moment are the whole pool.

In the held-out week everybody goes through the whole pool, and does with each posting what their taste says
(`jobs.market.tastes`): opened is worth 1, kept 3, applied to 7. What somebody had applied to or put away before the
split is not among it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from bench.feed_measures import Subject
from bench.say import say
from jobs.feed import cells
from jobs.market import run
from jobs.market.chance import Draw
from jobs.market.market import Market
from jobs.market.tastes import Taste, deeds
from jobs.models import EmployerBlock, Experience, Follow, InteractionEvent, Job, JobDismissal, JobSearch, Profile
from jobs.search.postgres.document import index
from jobs.services import heat

WEEK = timedelta(days=7)
GAINS = {"view": 1, "save": 3, "apply": 7}
WARM = 20
"""Of so many deeds before the split on, somebody is no longer new."""
# One person in so many blocks a company, works for one, follows one.
BLOCKING, EMPLOYED, FOLLOWING = 6, 7, 5
_AT_ONCE = 1_000

_TAKE_BACK = """
    UPDATE jobs_job SET lifecycle = 'published', closed_at = NULL, close_reason = ''
    WHERE published_at <= %(at)s AND expires_at > %(at)s AND (
        lifecycle = 'expired' OR (lifecycle = 'closed' AND closed_at > %(at)s AND close_reason <> 'moderation')
    ) RETURNING id"""
_FORGET = "DELETE FROM jobs_interactionevent WHERE occurred_at > %(at)s"
_DONE = """
    SELECT user_id, count(*) FILTER (WHERE kind <> 'impression'),
        array_agg(DISTINCT job_id) FILTER (WHERE kind IN ('apply', 'hide'))
    FROM jobs_interactionevent WHERE user_id IS NOT NULL GROUP BY user_id"""


def market(jobs: int, people: int, *, seed: int, at: datetime) -> list[Subject]:
    """Makes the market on this board as it is known at an instant; its people, and what they like in the week after."""
    say(f"Making a market of {jobs:,} postings and {people:,} people")
    run.generate(jobs, seed=seed, people=people, now=at + WEEK, replace=True)
    _take_back(at)
    _put_away(at)
    _exercise_rules()
    heat.rebuild(at)
    cells.rebuild(at)
    say("Asking everybody what they like")
    return _subjects(run.ordered(jobs, people, seed=seed, now=at + WEEK), jobs, people, at)


def _take_back(at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"at": at})
        cursor.execute(_TAKE_BACK, {"at": at})
        keys = [key for (key,) in cursor.fetchall()]
    for start in range(0, len(keys), _AT_ONCE):
        index(keys[start : start + _AT_ONCE])
    # What comes later is not there yet.
    JobSearch.objects.filter(published_at__gt=at).delete()


def _put_away(at: datetime) -> None:
    """Whoever does not want to see a job again has said so to the feed."""
    hidden = InteractionEvent.objects.filter(kind="hide", user__isnull=False).values_list("user_id", "job_id")
    likeness = dict(JobSearch.objects.values_list("job_id", "likeness"))
    JobDismissal.objects.bulk_create(
        [
            JobDismissal(user_id=user, job_id=job, likeness=likeness.get(job), dismissed_at=at - WEEK)
            for user, job in sorted(set(hidden))
        ]
    )


def _exercise_rules() -> None:
    """Some people block, work for or follow a company that hires for their kind of work."""
    hiring: dict[int | None, list[tuple[UUID, str]]] = defaultdict(list)
    rows = JobSearch.objects.order_by("job_id").values_list("occupation_id", "company_id", "company__name")
    for occupation, company, name in rows:
        hiring[occupation].append((company, name))
    for number, profile in enumerate(Profile.objects.order_by("id").prefetch_related("occupations")):
        wanted = [pair for occupation in profile.occupations.all() for pair in hiring[occupation.pk]]
        if not wanted:
            continue
        company, name = wanted[number % len(wanted)]
        if number % BLOCKING == 0:
            EmployerBlock.objects.get_or_create(user_id=profile.user_id, company_id=company)
        if number % EMPLOYED == 0:
            Experience.objects.create(profile=profile, position=0, organisation=name, is_current=True)
        if number % FOLLOWING == 0:
            Follow.objects.get_or_create(user_id=profile.user_id, company_id=company)


def _subjects(made: Market, jobs: int, people: int, at: datetime) -> list[Subject]:
    live = set(JobSearch.objects.filter(published_at__lte=at, expires_at__gt=at).values_list("job_id", flat=True))
    numbers = {number: key for number in range(jobs) if (key := UUID(made.all_postings.life(number).key)) in live}
    contents = [(key, made.all_postings.said(number)) for number, key in numbers.items()]
    with connection.cursor() as cursor:
        cursor.execute(_DONE)
        done = {user: (count, set(jobs or ())) for user, count, jobs in cursor.fetchall()}
    profiles = {profile.user_id: profile for profile in Profile.objects.prefetch_related("profile_skills__skill")}
    found = []
    for number, (whose, taste) in enumerate(made.tastes(people)):
        user = UUID(whose)
        count, ended = done.get(user, (0, set()))
        mood = made.chance.of(Draw.MOOD, people + number)
        right: dict[UUID, int] = {}
        for job, content in contents:
            gain = max(GAINS.get(deed, 0) for deed in deeds(taste.worth(content, mood), mood))
            if gain and job not in ended:
                right[job] = gain
        if right:
            kinds = _kinds(taste, profiles[user], count)
            found.append(Subject(user, kinds, _text(profiles[user]), profiles[user].headline, right))
    return found


def _kinds(taste: Taste, profile: Profile, count: int) -> Sequence[str]:
    is_changing = taste.kind is not taste.said.kind
    return [
        "people of many deeds" if count >= WARM else "people of few deeds" if count else "new people",
        *(["after other work than they say"] if is_changing else []),
        *(["not in English"] if profile.languages != ["en"] else []),
    ]


def _text(profile: Profile) -> str:
    skills = [each.skill.name for each in profile.profile_skills.all()]
    return " ".join([profile.headline, profile.summary, *skills])


def cold_jobs() -> frozenset[UUID]:
    """Those that nobody has done anything with."""
    warm = InteractionEvent.objects.exclude(kind="impression").values("job_id")
    return frozenset(Job.objects.exclude(pk__in=warm).values_list("pk", flat=True))
