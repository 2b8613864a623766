"""The contract that is committed is the one that is served, and what is answered keeps to it."""

import jsonschema
import orjson
import pytest
import yaml
from django.test import Client

from nexus.environment import BASE_DIR
from nexus.rest.contract import contract, contract_yaml
from nexus.rest.urls import urlpatterns
from schema.core import ids
from tests.factories import CompanyFactory, JobFactory, PlaceFactory, SkillFactory
from tests.rest_door import get

SNAPSHOT = BASE_DIR / "docs" / "openapi.yaml"


def test_the_committed_contract_is_this_one() -> None:
    said = "Run `make schema` and review what changed."
    assert SNAPSHOT.read_bytes().endswith(contract_yaml()), said


def test_everything_is_described() -> None:
    paths = contract()["paths"]
    assert len(paths) == len(urlpatterns)
    for path, operations in paths.items():
        assert set(operations) == {"get"}, path
        operation = operations["get"]
        assert operation["description"], path
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (path, parameter["name"])
    for name, component in contract()["components"]["schemas"].items():
        assert component["description"], name
        for field, of in component["properties"].items():
            assert of.get("description"), (name, field)
    operation_ids = [operation["get"]["operationId"] for operation in paths.values()]
    assert len(set(operation_ids)) == len(operation_ids)


def test_names_are_those_of_the_schema() -> None:
    text = SNAPSHOT.read_text()
    assert "published_at" not in text
    assert "publishedAt" in text
    assert "x-spec-enum-id" not in text


def test_it_is_served_as_yaml_and_as_json(settings) -> None:
    plain = Client().get("/api/schema")
    assert plain["Content-Type"].startswith("application/vnd.oai.openapi")
    assert yaml.safe_load(plain.content)["openapi"].startswith("3.1")
    for asked in (
        Client().get("/api/schema?format=json"),
        Client(headers={"Accept": "application/json"}).get("/api/schema"),
    ):
        assert asked["Content-Type"] == "application/json"
        assert orjson.loads(asked.content) == orjson.loads(orjson.dumps(contract()))
    settings.INTROSPECTION = False
    assert Client().get("/api/schema").status_code == 404
    assert Client().get("/api/docs").status_code == 404


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
def test_what_is_no_read_is_refused_as_a_problem(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, {"a": "b"})
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer["Allow"] == "GET, HEAD"
    assert orjson.loads(answer.content)["requestId"] == answer["X-Request-ID"]


def test_where_nobody_is_told_of_it_there_is_nothing(settings) -> None:
    settings.INTROSPECTION = False
    answer = Client().get("/api/schema")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert orjson.loads(answer.content)["code"] == "NOT_FOUND"


def test_the_page_is_for_who_may_explore(settings) -> None:
    assert Client().get("/api/docs").status_code == 200
    settings.EXPLORER = False
    assert Client().get("/api/docs").status_code == 404


@pytest.mark.django_db
def test_answers_keep_to_it() -> None:
    place, skill = PlaceFactory(region_code="1", region_name="One"), SkillFactory()
    company = CompanyFactory(headquarters=place, size_band="5001+")
    full = JobFactory(company=company, places=[place], skills=[skill], pay=(1, 2), workplace="remote", visa="offered")
    bare = JobFactory(closed=True)
    document = orjson.loads(orjson.dumps(contract()))
    for path, template in (
        ("jobs", "jobs"),
        (f"jobs/{full.slug}", "jobs/{key}"),
        ("companies", "companies"),
        (f"companies/{company.slug}", "companies/{key}"),
        (f"companies/{company.slug}/jobs", "companies/{key}/jobs"),
        ("categories", "categories"),
        ("skills", "skills"),
        (f"skills/{ids.encode('Skill', skill.pk)}", "skills/{key}"),
        ("places", "places"),
        (f"places/{ids.encode('Place', place.pk)}", "places/{key}"),
        (f"jobs/{bare.slug}", "jobs/{key}"),
    ):
        reply = get(path)
        responses = document["paths"][f"/api/v1/{template}"]["get"]["responses"]
        media_type = reply.headers["Content-Type"]
        schema = {**responses[str(reply.status)]["content"][media_type]["schema"], "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(reply.content)
        names = set(document["components"]["schemas"]["Job"]["properties"])
        if path == "jobs":
            assert set(reply.items[0]) == names
