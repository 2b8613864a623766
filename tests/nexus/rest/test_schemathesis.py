"""Whatever the contract allows, and whatever it does not, is answered as the contract says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.search.postgres.document import index
from schema.core import ids
from tests.factories import CategoryFactory, CompanyFactory, JobFactory, PlaceFactory, SkillFactory

pytestmark = pytest.mark.django_db(transaction=True)

# It makes up ids, cursors and parameters that go together, all of which are rightly refused.
EXCLUDED = "positive_data_acceptance"
MOST_EXAMPLES = 10


def test_schemathesis_finds_nothing(live_url: str, tmp_path: Path) -> None:
    company, category, place, skill = CompanyFactory(slug="zoo"), CategoryFactory(), PlaceFactory(), SkillFactory()
    job = JobFactory(title="Zoo 0", company=company, category=category, places=[place], skills=[skill], pay=(1, 2))
    index([job.pk])
    keys = {
        "jobs/{key}": job.slug,
        "companies/{key}": company.slug,
        "companies/{key}/jobs": company.slug,
        "categories/{key}": ids.encode("Category", category.pk),
        "places/{key}": ids.encode("Place", place.pk),
        "skills/{key}": ids.encode("Skill", skill.pk),
    }
    known = [
        f'[[operations]]\ninclude-path = "/api/v1/{path}"\nparameters = {{ key = "{key}" }}'
        for path, key in keys.items()
    ]
    # What is too long is refused for that, before anybody looks at what it is.
    refused = "[checks.negative_data_rejection]\nexpected-statuses = [400, 404, 406, 414, 431]"
    (tmp_path / "schemathesis.toml").write_text("\n".join([*known, refused]))
    program = Path(sys.executable).with_name("schemathesis")
    options = ["--phases", "coverage,fuzzing", "--max-examples", str(MOST_EXAMPLES), "--generation-deterministic"]
    run = subprocess.run(
        [program, "run", f"{live_url}/api/schema?format=json", "--no-color", "--exclude-checks", EXCLUDED, *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=230,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    generated = re.search(r"(\d[\d,]*) generated", run.stdout)
    assert generated, run.stdout[-2000:]
    assert int(generated[1].replace(",", "")) > 200
    assert "Missing test data" not in run.stdout
