"""Who looks for work on a demo board: a profile of somebody invented."""

import json
from decimal import Decimal
from typing import Any

from accounts.models import User
from jobs.models import ProfileSection
from jobs.services import profile, profile_import
from jobs.services.profile_import import ProfileImportMode
from kernel.viewer import Viewer

RESUME: dict[str, Any] = {
    "basics": {
        "name": "Sasha Lindqvist",
        "label": "Backend engineer",
        "summary": "I build services that other people like to run. Lately: a timetable for three railways.",
        "url": "https://sasha.example",
        "location": {"city": "Leipzig", "countryCode": "DE"},
        "profiles": [{"network": "GitHub", "username": "sasha", "url": "https://github.example/sasha"}],
    },
    "work": [
        {
            "name": "Halden Rail Data",
            "position": "Backend engineer",
            "location": "Leipzig",
            "startDate": "2022-03",
            "summary": "Timetables and delays of three railways, for travellers and for signal boxes.",
            "highlights": ["Halved what a search costs", "Brought the on-call nights down to two a year"],
        },
        {
            "name": "Brack & Moll",
            "position": "Junior developer",
            "location": "Dresden",
            "startDate": "2019-09",
            "endDate": "2022-02",
            "summary": "Stock keeping for a chain of hardware shops.",
        },
    ],
    "volunteer": [{"organization": "Repair café Plagwitz", "position": "Solders toasters", "startDate": "2021-01"}],
    "education": [
        {
            "institution": "TU Dresden",
            "area": "Computer science",
            "studyType": "Bachelor",
            "startDate": "2016-10",
            "endDate": "2019-08",
        }
    ],
    "skills": [
        {"name": "Python", "level": "Expert", "keywords": ["Django", "PostgreSQL"]},
        {"name": "Docker", "level": "Intermediate"},
        {"name": "GraphQL", "level": "Advanced"},
    ],
    "languages": [
        {"language": "Swedish", "fluency": "Native speaker"},
        {"language": "German", "fluency": "C1"},
        {"language": "English", "fluency": "C1"},
    ],
}
WANTED: dict[str, Any] = {
    "seniority": "mid",
    "radius_km": 50,
    "workplaces": ["hybrid", "remote"],
    "employment_types": ["full_time"],
    "work_languages": ["de", "en"],
    "salary_floor": {"amount": Decimal(62_000), "currency": "EUR", "period": "year"},
    "notice_days": 90,
    "is_open": True,
    "visibility": "recruiters",
    "shown_sections": [section.value for section in ProfileSection if section is not ProfileSection.NAME],
    "work_authorisations": [{"country": "DE", "permission": "citizen"}],
}


def make(user: User) -> None:
    """Write the profile of a demo board's seeker, whatever it says already. Needs the reference data."""
    by = Viewer(user_id=user.pk)
    profile_import.import_document(by=by, document=json.dumps(RESUME), mode=ProfileImportMode.REPLACE)
    profile.update(by=by, changes=WANTED)
