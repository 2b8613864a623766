"""What a difference between two contenders' answers is, and what is only another way of saying the same."""

import pytest

from bench.values import canonical, difference

JOB_ID = "01a1fb5f-fbda-79f9-b6b8-bac718d4771a"
OURS = {
    "data": {
        "jobs": {
            "nodes": [
                {
                    "id": "Sm9iOjAxYTFmYjVmZmJkYTc5ZjliNmI4YmFjNzE4ZDQ3NzFh",
                    "title": "Nurse",
                    "slug": "nurse-knwYLF5rV7o",
                    "publishedAt": "2026-11-20T23:52:14.042Z",
                    "workplace": "ON_SITE",
                    "employmentTypes": ["FULL_TIME", "CONTRACT"],
                    "skills": [
                        {"necessity": "REQUIRED", "skill": {"name": "Triage"}},
                        {"necessity": "NICE", "skill": {"name": "French"}},
                    ],
                    "places": [{"text": None}],
                    "salary": {"period": "YEAR", "min": {"amount": "1200.5", "currency": "EUR"}, "max": None},
                }
            ]
        }
    }
}


def of_postgraphile(**changes: object) -> dict[str, object]:
    job = {
        "id": JOB_ID,
        "title": "Nurse",
        "slug": "knwYLF5rV7o",
        "publishedAt": "2026-11-20T23:52:14.042000+00:00",
        "workplace": "on_site",
        "employmentTypes": ["contract", "full_time"],
        "skills": {
            "nodes": [
                {"necessity": "nice", "skill": {"name": "French"}},
                {"necessity": "required", "skill": {"name": "Triage"}},
            ]
        },
        "places": {"nodes": [{"text": ""}]},
        "salary": {
            "nodes": [
                {
                    "period": "year",
                    "minMinor": "120050",
                    "maxMinor": None,
                    "currency": {"code": "EUR", "digits": 2},
                }
            ]
        },
    }
    return {"data": {"jobs": {"nodes": [job | changes]}}}


def test_the_same_values_in_another_dialect_are_no_difference() -> None:
    assert difference(canonical(OURS), canonical(of_postgraphile())) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "01a1fb5f-fbda-79f9-b6b8-bac718d4771b"),
        ("title", "Nurses"),
        ("publishedAt", "2026-11-20T23:52:14.043Z"),
        ("workplace", "remote"),
        ("employmentTypes", ["contract"]),
        ("skills", {"nodes": []}),
        ("salary", {"nodes": []}),
        (
            "salary",
            {
                "nodes": [
                    {"period": "year", "minMinor": 120051, "maxMinor": None, "currency": {"code": "EUR", "digits": 2}}
                ]
            },
        ),
    ],
)
def test_another_value_is_a_difference_at_its_path(field: str, value: object) -> None:
    found = difference(canonical(OURS), canonical(of_postgraphile(**{field: value})))

    assert found is not None
    assert found.startswith(f"data.jobs[0].{field}")


def test_a_missing_row_is_a_difference() -> None:
    assert difference(canonical(OURS), canonical({"data": {"jobs": []}})) == "data.jobs: 1 and 0 items"


def test_an_answer_with_errors_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no such field"):
        canonical({"data": {"jobs": []}, "errors": [{"message": "no such field"}]})
