"""The way of an application through a company's stages."""

from datetime import datetime

from django.db.models import TextChoices

from jobs import events, policies
from jobs.errors import ApplicationMoveRefused
from jobs.machines.machine import Machine, Move
from jobs.models import Application, ApplicationStatus
from kernel.errors import DomainError

_S = ApplicationStatus


class ApplicationAct(TextChoices):
    """What is done to an application."""

    SUBMIT = "submit", "Apply"
    MOVE = "move", "Put it into another stage"
    REJECT = "reject", "Decline it, for a reason"
    UNREJECT = "unreject", "Take the rejection back"
    HIRE = "hire", "Hire the person"
    UNHIRE = "unhire", "Take the hire back, for a reason"
    TRANSFER = "transfer", "Hand it over to another job of the company"
    WITHDRAW = "withdraw", "Take it back"
    ANONYMISE = "anonymise", "Forget who it was"


def is_untold(application: Application, now: datetime) -> DomainError | None:
    """If it was declined, the person does not know yet."""
    # Whoever reads the row to ask this annotates it: see `jobs.selectors.application`.
    is_under_way = application.status == _S.ACTIVE or getattr(application, "is_untold", False)
    return None if is_under_way else ApplicationMoveRefused("You have been declined: there is nothing to take back.")


APPLICATION: Machine[Application] = Machine(
    "application_status",
    Application,
    "status",
    ApplicationStatus,
    initial=frozenset({_S.ACTIVE}),
    moves=(
        Move(
            ApplicationAct.MOVE,
            frozenset({_S.ACTIVE}),
            _S.ACTIVE,
            policies.may_move_application,
            (),
            events.ApplicationMoved,
        ),
        Move(
            ApplicationAct.REJECT,
            frozenset({_S.ACTIVE}),
            _S.REJECTED,
            policies.may_move_application,
            (),
            events.ApplicationRejected,
        ),
        Move(
            ApplicationAct.UNREJECT,
            frozenset({_S.REJECTED}),
            _S.ACTIVE,
            policies.may_move_application,
            (),
            events.ApplicationUnrejected,
        ),
        Move(
            ApplicationAct.HIRE,
            frozenset({_S.ACTIVE}),
            _S.HIRED,
            policies.may_move_application,
            (),
            events.ApplicationHired,
        ),
        Move(
            ApplicationAct.UNHIRE,
            frozenset({_S.HIRED}),
            _S.ACTIVE,
            policies.may_move_application,
            (),
            events.ApplicationUnhired,
        ),
        Move(
            ApplicationAct.TRANSFER,
            frozenset({_S.ACTIVE}),
            _S.TRANSFERRED,
            policies.may_move_application,
            (),
            events.ApplicationTransferred,
        ),
        Move(
            ApplicationAct.WITHDRAW,
            frozenset({_S.ACTIVE, _S.REJECTED}),
            _S.WITHDRAWN,
            policies.may_withdraw_application,
            (is_untold,),
            events.ApplicationWithdrawn,
        ),
        Move(
            ApplicationAct.ANONYMISE,
            frozenset({_S.REJECTED, _S.HIRED, _S.WITHDRAWN, _S.TRANSFERRED}),
            _S.ANONYMISED,
        ),
    ),
)
