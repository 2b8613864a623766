"""Small made-up taxonomies, in the columns of the published ones and in plain ones."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

OCCUPATION = "http://data.europa.eu/esco/occupation"
SKILL = "http://data.europa.eu/esco/skill"
LEHR = "Workbench of the Lehr"

# Published: addresses for ids, other labels a line each.
ESCO_OCCUPATIONS = (
    ("conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels"),
    ("Occupation", f"{OCCUPATION}/o-dev", "2512", "software developer", "programmer\nsoftware coder"),
    ("Occupation", f"{OCCUPATION}/o-glass", "7315", "glass annealer", "lehr tender\nglass heat annealer"),
    ("Occupation", f"{OCCUPATION}/o-kiln", "8181", "kiln firer", "lehr tender\nceramics kiln firer"),
)
ESCO_SKILLS = (
    ("conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels", "description"),
    (f"{SKILL}/s-python", "knowledge", "sector-specific", "Python (computer programming)", "", ""),
    (f"{SKILL}/s-glass", "knowledge", "sector-specific", "glass annealing", "annealing of glass\nlehr", ""),
    (f"{SKILL}/s-staff", "skill/competence", "transversal", "manage kiln staff", "lead the kiln", ""),
    (f"{SKILL}/s-java", "knowledge", "cross-sector", "Java Beanology", "", ""),
    (
        f"{SKILL}/s-lehr",
        "knowledge",
        "cross-sector",
        "Lehr Control Workbench",
        f"{LEHR}\nLehr Workbench\nlehr work",
        "",
    ),
)
ESCO_RELATIONS = (
    ("occupationUri", "relationType", "skillType", "skillUri"),
    (f"{OCCUPATION}/o-glass", "essential", "knowledge", f"{SKILL}/s-glass"),
    (f"{OCCUPATION}/o-glass", "optional", "skill", f"{SKILL}/s-staff"),
    (f"{OCCUPATION}/o-dev", "essential", "knowledge", f"{SKILL}/s-python"),
    (f"{OCCUPATION}/o-dev", "optional", "knowledge", f"{SKILL}/s-gone"),
)
ESCO_GROUPS = (("code", "preferredLabel"), ("2512", "Software developers"), ("7315", "Glass makers"))
ONET_OCCUPATIONS = (
    ("O*NET-SOC Code", "Title", "Description"),
    ("15-1252.00", "Software Developers", "They develop."),
    ("51-9051.00", "Furnace Annealers", "They anneal."),
    ("51-9195.04", "Glass Annealers", "They anneal glass."),
)
ONET_TITLES = (
    ("O*NET-SOC Code", "Alternate Title", "Short Title", "Source(s)"),
    ("51-9051.00", "Batch Furnace Annealer (BFA)", "BFA", "10"),
    ("51-9051.00", "Plumber", "n/a", "10"),
)
ONET_TECHNOLOGIES = (
    ("O*NET-SOC Code", "Example", "Commodity Code", "Commodity Title", "Hot Technology"),
    ("15-1252.00", "Structured query language SQL", "1", "x", "Y"),
    ("51-9051.00", "Kilnmaker Systems Kilnmaker Pro", "1", "x", "N"),
    ("51-9051.00", "Glass Shelter Manager", "1", "x", "Y"),
    ("51-9051.00", "KilnWorks Annealing Suite", "1", "x", "N"),
    ("51-9051.00", "Adobe Systems Adobe Annealing Studio", "1", "x", "N"),
    ("51-9051.00", "Kiln design DeskTop software", "1", "x", "Y"),
)
ONET_RELATED = (
    ("O*NET-SOC Code", "Related O*NET-SOC Code", "Relatedness Tier", "Index"),
    ("51-9051.00", "15-1252.00", "Primary-Short", "2"),
    ("51-9051.00", "51-9195.04", "Primary-Short", "1"),
)
ONET_ZONES = (("O*NET-SOC Code", "Job Zone"), ("15-1252.00", "4"), ("51-9051.00", "2"))
NAICS = (
    ("2022 NAICS US Code", "2022 NAICS US Title"),
    ("31-33", "Manufacturing"),
    ("332", "Fabricated Metal Product ManufacturingT"),
    ("3321", "Forging and Stamping"),
    ("33211", "Forging and Stamping"),
    ("332111", "Iron and Steel Forging"),
    ("332112", "Nonferrous Forging"),
    ("517", "Telecommunications"),
)

FILES = {
    "occupations_en.csv": ESCO_OCCUPATIONS,
    "skills_en.csv.gz": ESCO_SKILLS,
    "occupationSkillRelations_en.csv": ESCO_RELATIONS,
    "ISCOGroups_en.csv": ESCO_GROUPS,
    "Occupation Data.txt": ONET_OCCUPATIONS,
    "Alternate Titles.txt": ONET_TITLES,
    "Technology Skills.txt": ONET_TECHNOLOGIES,
    "Related Occupations.txt": ONET_RELATED,
    "Job Zones.txt": ONET_ZONES,
    "naics_2022.csv": NAICS,
}


def put(folder: Path, name: str, rows: Iterable[Sequence[str]]) -> Path:
    """Writes a table as its name says: .txt with tabs, .gz packed."""
    path = folder / name
    opener = gzip.open if name.endswith(".gz") else open
    delimiter = "\t" if ".txt" in name else ","
    with opener(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def put_all(folder: Path) -> Path:
    """Writes all the tables."""
    for name, rows in FILES.items():
        put(folder, name, rows)
    return folder
