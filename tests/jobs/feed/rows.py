"""Rows of candidates as tests want them."""

from typing import Any
from uuid import uuid4

from jobs.feed.candidates import CandidateRow

_number = iter(range(1, 10**9))


def row(**values: Any) -> CandidateRow:
    """A job that says nothing but what is given, and that no other is like."""
    number = next(_number)
    known: dict[str, Any] = {
        "job_id": uuid4(),
        "company_id": uuid4(),
        "sources": 0,
        "likeness": number,
        "title_key": number,
        "title_length": 2,
        "age_days": 1.0,
        "language": "en",
        "workplace": "",
        "seniority": "",
        "terms": 0,
        "place_ids": [],
        "countries": [],
        "skill_ids": [],
        "required_skill_ids": [],
        "pay_currency": "",
        "pay_top_minor": None,
        "pay_common": None,
        "is_company_verified": False,
        "head": "",
        "exposure": 0.0,
        "signals": 0,
    }
    return CandidateRow(**(known | values))
