"""A pytest plug-in that has our validation judge each document of graphql-core's tests beside graphql-core's own.

It is loaded into a run of its own, in the unpacked source distribution. `graphql.validate` is replaced wherever it is
bound, before any test is imported. A test gets graphql-core's answer, and fails where ours is another. At the end the
tally is written to the file that ENGINE_TALLY names.
"""

import inspect
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import graphql
import pytest
from graphql import specified_rules
from graphql.validation import OverlappingFieldsCanBeMergedRule

from engine.overlaps import OverlappingFieldsRule
from engine.validation import validate_document

original_validate = graphql.validate
signature = inspect.signature(original_validate)
MAX_ERRORS = 100
outcomes: Counter[str] = Counter()
judged: Counter[str] = Counter()
"""Documents by what was compared."""


def validate(*positional: Any, **named: Any) -> Any:
    """`graphql.validate`, and the same by our walk; where fields may overlap, also by our rule."""
    right = original_validate(*positional, **named)
    call = signature.bind(*positional, **named).arguments
    if call.get("type_info") is not None:
        judged["left out: it brings types of its own"] += 1
        return right
    rules = list(specified_rules if call.get("rules") is None else call["rules"])
    options = {
        "max_errors": call["max_errors"] if call.get("max_errors") is not None else MAX_ERRORS,
        "suggest": not call.get("hide_suggestions"),
    }
    got = validate_document(call["schema"], call["document_ast"], rules, **options)
    assert [error.formatted for error in got] == [error.formatted for error in right], "our walk"
    judged["by our walk"] += 1
    if OverlappingFieldsCanBeMergedRule in rules:
        ours = [OverlappingFieldsRule if rule is OverlappingFieldsCanBeMergedRule else rule for rule in rules]
        found = validate_document(call["schema"], call["document_ast"], ours, **options)
        assert bool(found) == bool(right), f"our rule on overlapping fields: {found}"
        judged["refused with our rule" if found else "accepted with our rule"] += 1
    return right


def pytest_configure() -> None:
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "graphql":
            for attribute, value in list(vars(module).items()):
                if value is original_validate:
                    setattr(module, attribute, validate)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or (report.when == "setup" and not report.passed):
        outcomes[report.outcome] += 1


def pytest_sessionfinish() -> None:
    Path(os.environ["ENGINE_TALLY"]).write_text(json.dumps({"outcomes": outcomes, "judged": judged}))
