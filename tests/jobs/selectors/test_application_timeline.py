"""What a person is told of an application."""

from datetime import UTC, datetime, timedelta

from jobs.models import ApplicationTransition, RejectionMail
from jobs.selectors.application_timeline import told

START = datetime(2026, 11, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def step(number: int, act: str, kind: str = "applied") -> ApplicationTransition:
    """A step of that day."""
    status = {"reject": "rejected", "hire": "hired", "withdraw": "withdrawn", "transfer": "transferred"}.get(
        act, "active"
    )
    return ApplicationTransition(act=act, to_status=status, to_kind=kind, at=day(number))


def mail(of: int, *, released: int | None = None, cancelled: int | None = None) -> RejectionMail:
    """The mail of a rejection of that day, and what became of it."""
    return RejectionMail(
        created_at=day(of),
        released_at=None if released is None else day(released),
        cancelled_at=None if cancelled is None else day(cancelled),
    )


def days(*found: object) -> list[tuple[int, str, str]]:
    """Steps as the day, the kind and the status."""
    return [((one.at - START).days, one.kind, one.status) for one in found]  # type: ignore[attr-defined]


APPLIED = (0, "applied", "active")


def test_moves_within_a_kind_are_no_steps() -> None:
    rows = [step(0, "submit"), step(1, "move", "screen"), step(2, "move", "screen"), step(3, "move", "interview")]
    assert days(*told(rows, [])) == [APPLIED, (1, "screen", "active"), (3, "interview", "active")]


def test_a_rejection_is_of_when_it_was_told() -> None:
    rows = [step(0, "submit"), step(1, "reject")]
    assert days(*told(rows, [mail(1)])) == [APPLIED]
    assert days(*told(rows, [mail(1, released=3)])) == [APPLIED, (3, "applied", "rejected")]
    assert days(*told(rows, [])) == [APPLIED, (1, "applied", "rejected")]


def test_one_that_was_taken_back_before_it_was_told_never_was() -> None:
    rows = [step(0, "submit"), step(1, "reject"), step(2, "unreject"), step(4, "move", "screen")]
    assert days(*told(rows, [mail(1, cancelled=2)])) == [APPLIED, (4, "screen", "active")]


def test_one_that_was_told_and_taken_back_is_told_as_both() -> None:
    rows = [step(0, "submit"), step(1, "reject"), step(5, "unreject")]
    assert days(*told(rows, [mail(1, released=2)])) == [APPLIED, (2, "applied", "rejected"), (5, "applied", "active")]


def test_each_mail_is_of_its_own_rejection() -> None:
    rows = [step(0, "submit"), step(1, "reject"), step(2, "unreject"), step(6, "reject")]
    assert days(*told(rows, [mail(1, cancelled=2), mail(6)])) == [APPLIED]
    shown = days(*told(rows, [mail(1, cancelled=2), mail(6, released=7)]))
    assert shown == [APPLIED, (7, "applied", "rejected")]


def test_who_takes_it_back_before_hearing_is_told_that_alone() -> None:
    rows = [step(0, "submit"), step(1, "reject"), step(2, "withdraw")]
    assert days(*told(rows, [mail(1, cancelled=2)])) == [APPLIED, (2, "applied", "withdrawn")]
