"""What tests have counted, told at the end of the run: `record_property("tally", "…")`."""

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    lines = [
        str(value)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in getattr(report, "user_properties", [])
        if name == "tally" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("tallies")
        for line in sorted(lines):
            terminalreporter.line(line)
