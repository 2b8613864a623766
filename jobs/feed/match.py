"""What the feed says of a job and a person, as plain values that a session keeps."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import TextChoices


class Feature(TextChoices):
    """What a job is judged by. Each is from 0 to 1; what is not known is 0.5, and said to be missing."""

    SKILL = "skill", "How much of what it asks for the person can do"
    TITLE = "title", "How near its kind of work is to what the person does or wants"
    MEANING = "meaning", "How much its words are the words of the person's profile"
    ACTIVITY = "activity", "How like it is to what the person opened, kept and applied to of late"
    COLLABORATIVE = "collaborative", "How much those liked its kind who like what the person likes"
    PLACE = "place", "How near it is"
    PAY = "pay", "How its pay compares with the least that the person wants"
    SENIORITY = "seniority", "How its level compares with the person's"
    FRESH = "fresh", "How new it is"
    QUALITY = "quality", "How complete and clear the posting is"
    EMPLOYER = "employer", "How well known the employer is to be real"
    POPULAR = "popular", "How many people open it, keep it and apply to it"
    FATIGUE = "fatigue", "How often the person was shown it and did not open it"
    CONGESTION = "congestion", "How many others are shown it already"


class Source(TextChoices):
    """How a job came to be considered."""

    SKILLS = "skills", "It asks for skills that the person has"
    OCCUPATION = "occupation", "It is of a kind of work that the person does or wants, or a neighbour of one"
    WORDS = "words", "It has rare words of the profile"
    ACTIVITY = "activity", "It is like what the person opened, kept or applied to"
    NEIGHBOURS = "neighbours", "It is of a kind that those like who like what the person likes"
    FOLLOWED = "followed", "The person follows its company"
    FRESH = "fresh", "It is new where the person looks"
    POPULAR = "popular", "Many people open it"


class Rule(TextChoices):
    """A hard constraint: a job that breaks one is never in the feed."""

    LIVE = "live", "It is no longer open, or not yet"
    LANGUAGE = "language", "It is in a language that the person does not read"
    COUNTRY = "country", "It is in a country where the person does not look, or may not work"
    EMPLOYMENT_TYPE = "employment_type", "It is on terms that the person does not want"
    WORKPLACE = "workplace", "It is done where the person does not want to work"
    APPLIED = "applied", "The person has applied already"
    DISMISSED = "dismissed", "The person does not want to see it, or what says the same"
    BLOCKED = "blocked", "The person blocks its company"
    OWN_COMPANY = "own_company", "The person works for its company"


class Reason(NamedTuple):
    """Why a job fits: the feature that speaks for it, what it adds to the score, and what its sentence needs."""

    code: Feature
    weight: float
    params: dict[str, Any]


class Gap(NamedTuple):
    """What speaks against a job, or is not known: a code of `jobs.feed.reasons`, and what its sentence needs."""

    code: str
    params: dict[str, Any]


class Match(NamedTuple):
    """A job's place in a feed, and why it has it. `parts` are weight times value, and add up to the score."""

    job_id: UUID
    company_id: UUID
    score: float
    parts: Mapping[Feature, float]
    sources: Sequence[Source]
    reasons: Sequence[Reason] = ()
    gaps: Sequence[Gap] = ()
    is_exploration: bool = False
    propensity: float = 1.0
    """With what likelihood it was put there, where chance had a say."""
