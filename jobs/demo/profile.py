"""Who looks for work on a demo board: a profile of somebody invented."""

import json
from decimal import Decimal
from typing import Any

from accounts.models import User
from jobs.models import ProfileSection
from jobs.services import preferences, profile, profile_import
from jobs.services.profile_import import ProfileImportMode
from kernel.viewer import Viewer

# The board has work of several companies for somebody like this: what a feed shows is worth looking at.
RESUME: dict[str, Any] = {
    "basics": {
        "name": "Sasha Lindqvist",
        "label": "Data analyst",
        "summary": "I find out why things are late. Lately: the trains of three railways, and what a minute costs.",
        "url": "https://sasha.example",
        "location": {"city": "Toronto", "region": "Ontario", "countryCode": "CA"},
        "profiles": [{"network": "GitHub", "username": "sasha", "url": "https://github.example/sasha"}],
    },
    "work": [
        {
            "name": "Halden Rail Data",
            "position": "Data analyst",
            "location": "Toronto",
            "startDate": "2022-03",
            "summary": "Timetables and delays of three railways, for travellers and for signal boxes.",
            "highlights": ["Foretold a winter's delays to the minute", "Brought a report of forty pages down to four"],
        },
        {
            "name": "Brack & Moll",
            "position": "Junior data analyst",
            "location": "Hamilton",
            "startDate": "2019-09",
            "endDate": "2022-02",
            "summary": "Stock keeping for a chain of hardware shops.",
        },
    ],
    "volunteer": [{"organization": "Repair café Leslieville", "position": "Solders toasters", "startDate": "2021-01"}],
    "education": [
        {
            "institution": "TU Dresden",
            "area": "Statistics",
            "studyType": "Bachelor",
            "startDate": "2016-10",
            "endDate": "2019-08",
        }
    ],
    "skills": [
        {"name": "SQL", "level": "Expert", "keywords": ["PostgreSQL"]},
        {"name": "Data analysis", "level": "Expert"},
        {"name": "Python", "level": "Advanced"},
        {"name": "Excel", "level": "Advanced"},
        {"name": "Data modelling", "level": "Intermediate"},
        {"name": "Report writing", "level": "Intermediate"},
        {"name": "Statistics", "level": "Intermediate"},
        {"name": "Tableau", "level": "Intermediate"},
    ],
    "languages": [
        {"language": "Swedish", "fluency": "Native speaker"},
        {"language": "English", "fluency": "C2"},
        {"language": "German", "fluency": "C1"},
    ],
}
WANTED: dict[str, Any] = {
    "seniority": "mid",
    "radius_km": 50,
    "workplaces": ["hybrid", "remote"],
    "employment_types": ["full_time"],
    "work_languages": ["en"],
    "salary_floor": {"amount": Decimal(75_000), "currency": "CAD", "period": "year"},
    "notice_days": 90,
    "is_open": True,
    "visibility": "recruiters",
    "shown_sections": [section.value for section in ProfileSection if section is not ProfileSection.NAME],
    "work_authorisations": [
        {"country": "CA", "permission": "citizen"},
        {"country": "US", "permission": "permit"},
    ],
}
OF_THE_FEED: dict[str, Any] = {
    "wanted_titles": ["Data analyst", "Data engineer", "Supply chain analyst", "Budget analyst"],
    "would_relocate": True,
}


def make(user: User) -> None:
    """Write what a demo board's seeker says of themselves and wants, whatever is there. Needs the reference data."""
    by = Viewer(user_id=user.pk)
    profile_import.import_document(by=by, document=json.dumps(RESUME), mode=ProfileImportMode.REPLACE)
    profile.update(by=by, changes=WANTED)
    preferences.update(by=by, changes=OF_THE_FEED)
