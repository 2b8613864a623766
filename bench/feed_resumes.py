"""Real résumés as documents, and which titles their categories stand for."""

import re
from typing import Any

from jobs.text import fold

# The titles that each category of résumés stands for, as postings have them.
CATEGORIES = {
    "HR": ("human resources specialist", "human resources manager", "hr manager", "recruiter"),
    "Database": ("database administrator", "database engineer", "database developer"),
    "Data Science": ("data scientist", "machine learning engineer"),
    "Java Developer": ("java developer", "java engineer", "software developer"),
    "Advocate": ("lawyer", "attorney", "counsel"),
    "Business Analyst": ("business analyst",),
    "Hadoop": ("data engineer", "big data engineer"),
    "Testing": ("test engineer", "quality assurance engineer", "qa engineer"),
    "Civil Engineer": ("civil engineer",),
    "SAP Developer": ("sap developer", "sap consultant", "sap analyst"),
    "Automation Testing": ("test automation engineer", "qa engineer", "test engineer"),
    "Electrical Engineering": ("electrical engineer",),
    "DevOps Engineer": ("devops engineer", "site reliability engineer"),
    "DotNet Developer": ("net developer", "software developer"),
    "Blockchain": ("blockchain engineer", "blockchain developer"),
    "Arts": ("art teacher", "artist"),
    "Health and fitness": ("fitness trainer", "fitness instructor", "nutritionist", "recreation assistant"),
    "Operations Manager": ("operations manager",),
    "Python Developer": ("python developer", "python engineer", "software developer"),
    "Network Security Engineer": ("network security engineer", "network engineer"),
    "ETL Developer": ("etl developer", "data engineer"),
    "Sales": ("sales manager", "account executive"),
    "Web Designing": ("web designer", "web developer"),
    "Mechanical Engineer": ("mechanical engineer",),
    "PMO": ("project manager", "program manager"),
}
_TITLE = re.compile(r"\n([^\n]{3,100}?) *\n\n[^\n]*\n?(?:\n|Skill Details|Company Details)")
_SKILL = re.compile(r"^(.{2,60}?)- Exprience - (?:\d+|Less than 1 year) ?\w*", re.MULTILINE)
_COMPANY = re.compile(r"^company - (.+?)\ndescription - ?(.*?)(?=^company - |\Z)", re.MULTILINE | re.DOTALL)


def resume_of(text: str) -> dict[str, Any]:
    """The text of a résumé as a document: its title, its employers, its skills, and all of it as a summary."""
    skills = dict.fromkeys(fold(name) for name in _SKILL.findall(text))
    title = _TITLE.search(text)
    works = [
        {"name": name.strip()[:200], "summary": told.strip()[:5000], **_position(title, place)}
        for place, (name, told) in enumerate(_COMPANY.findall(text)[:10])
    ]
    basics = {"summary": text[: text.find("Education Details")].strip()[:5000] or text[:2000]}
    if title and not works:
        basics["label"] = title[1].strip()
    return {"basics": basics, "work": works, "skills": [{"name": name} for name in skills if name]}


def _position(title: re.Match[str] | None, place: int) -> dict[str, str]:
    return {"position": title[1].strip()} if title and place == 0 else {}
