"""The formats that postings are read from: one small class each. How to add one: docs/importers.md."""

from collections.abc import Mapping

from jobs.importers.formats.adzuna import Adzuna
from jobs.importers.formats.arbeitnow import Arbeitnow
from jobs.importers.formats.ashby import Ashby
from jobs.importers.formats.careerjet import Careerjet
from jobs.importers.formats.greenhouse import Greenhouse
from jobs.importers.formats.himalayas import Himalayas
from jobs.importers.formats.hr_xml import HrXml
from jobs.importers.formats.indeed import Indeed
from jobs.importers.formats.job_posting import JobPosting
from jobs.importers.formats.jobicy import Jobicy
from jobs.importers.formats.lever import Lever
from jobs.importers.formats.plain import Plain
from jobs.importers.formats.remoteok import RemoteOk
from jobs.importers.formats.remotive import Remotive
from jobs.importers.formats.smartrecruiters import SmartRecruiters
from jobs.importers.json_items import JsonItems
from jobs.importers.jsonl import JsonLines
from jobs.importers.port import Importer
from jobs.importers.tabular import Csv

# Where `json` looks for the list, in this order, if the document is an object.
LISTS = ("jobs", "postings", "positions", "vacancies", "listings", "results", "items", "data", "content", "records")

# Their records are in our plain keys, or in others that --map renames.
PLAIN: tuple[Importer, ...] = (
    Plain("jsonl", JsonLines()),
    Plain("json", JsonItems(*LISTS)),
    Plain("csv", Csv()),
)
SOURCES: tuple[Importer, ...] = (
    Greenhouse(),
    Lever(),
    Ashby(),
    SmartRecruiters(),
    Remotive(),
    RemoteOk(),
    Arbeitnow(),
    Himalayas(),
    Jobicy(),
    Adzuna(),
    JobPosting(),
    Indeed(),
    Careerjet(),
    HrXml(),
)
FORMATS: Mapping[str, Importer] = {importer.name: importer for importer in (*PLAIN, *SOURCES)}
