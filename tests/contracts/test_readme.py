"""The README's query runs, and its answer looks like the one that is printed there."""

import json
import re
from typing import Any

import pytest
from django.core.management import call_command

from nexus.environment import BASE_DIR
from tests.door import send

README = (BASE_DIR / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md has no block of {language}"
    return found[1]


def shape(value: Any) -> Any:
    """The value with its leaves replaced by their types."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value)


@pytest.mark.django_db
def test_the_query_gives_an_answer_of_the_printed_shape() -> None:
    call_command("demo", count=200, verbosity=0)
    assert shape({"data": send(block("graphql")).data}) == shape(json.loads(block("json")))
