"""`manage.py tasks`: what is queued, what is late, what failed; and dead deliveries sent again."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from kernel import outbox
from kernel.models import Delivery, DeliveryState
from kernel.subscribers import subscribers
from nexus import deliveries, relay

HELP = """\
Show the queues, how each subscriber of events keeps up, the scheduled tasks and the last failures.

  manage.py tasks                        all of it
  manage.py tasks show ID                one delivery: its event, its attempts, its last error
  manage.py tasks replay --dead ID ...   send these dead deliveries again
  manage.py tasks replay --subscriber NAME, or --all
"""
FAILURES = 10


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs: one JSON object")
        acts = parser.add_subparsers(dest="act", title="acts", metavar="ACT")
        show = acts.add_parser("show", help="tell all about one delivery")
        show.add_argument("id", metavar="ID", help="the delivery's id")
        replay = acts.add_parser(
            "replay",
            help="send dead deliveries again",
            description="Send dead deliveries again, under the ids that they have, to be tried as often as new ones. "
            "What has happened to the same thing since has been told already.",
        )
        which = replay.add_mutually_exclusive_group(required=True)
        which.add_argument("--dead", nargs="+", metavar="ID", help="these")
        which.add_argument("--subscriber", metavar="NAME", help="all of this subscriber")
        which.add_argument("--all", action="store_true", help="all there are")

    def handle(self, *args: Any, act: str | None, **options: Any) -> None:
        relay.load()
        if act == "show":
            self._show(options["id"])
        elif act == "replay":
            self._replay(options["dead"], options["subscriber"])
        elif options["json"]:
            self._write_json()
        else:
            self._write()

    def _write_json(self) -> None:
        standings = deliveries.standings(with_done=True)
        told = {
            "queues": deliveries.queues(),
            "events_waiting": standings.events_waiting,
            "lag_seconds": standings.lag_seconds,
            "subscribers": [asdict(one) for one in standings.subscribers],
            "scheduled": [asdict(task) for task in deliveries.scheduled_tasks()],
            "failures": [_told(delivery) for delivery in _failures()],
        }
        self.stdout.write(json.dumps(told, cls=DjangoJSONEncoder, indent=2))

    def _write(self) -> None:
        queues = deliveries.queues()
        self._title("Queues")
        if queues is None:
            self.stdout.write("  The broker does not answer; events wait in the database meanwhile.")
        for name, depth in (queues or {}).items():
            self.stdout.write(f"  {name:<44}{depth:>9,} messages")
        standings = deliveries.standings(with_done=True)
        self._title("Subscribers")
        self.stdout.write(f"  {'':<44}{'waiting':>9}{'sent':>9}{'done, 1 h':>11}{'dead':>9}{'lag':>10}")
        for one in standings.subscribers:
            remark = "" if one.is_known else "  (not in this release)"
            counts = f"{one.waiting:>9,}{one.sent:>9,}{one.done_in_last_hour:>11,}{one.dead:>9,}"
            self.stdout.write(f"  {one.subscriber:<44}{counts}{_seconds(one.lag_seconds):>10}{remark}")
        if not standings.subscribers:
            self.stdout.write("  None: nothing on this board hears of events.")
        if standings.events_waiting:
            late = _seconds(standings.lag_seconds)
            self.stdout.write(f"  {standings.events_waiting:,} events wait for a relay; the lag is {late}.")
        self._title("Scheduled")
        for task in deliveries.scheduled_tasks():
            times = f"last {_when(task.last_run_at):<18} next {_when(task.next_run_at)}"
            self.stdout.write(f"  {task.name:<44}{times}")
        self._title("Last failures")
        failures = _failures()
        for delivery in failures:
            self.stdout.write(f"  {delivery.pk}  {delivery.state:<8} {delivery.attempts:>3}x  {delivery.subscriber}")
            self.stdout.write(f"    {delivery.error}")
        if not failures:
            self.stdout.write("  None.")

    def _title(self, text: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(text))

    def _show(self, text: str) -> None:
        delivery = Delivery.objects.select_related("event").filter(pk=_id(text)).first()
        if delivery is None:
            raise CommandError(f"There is no delivery {text}. `manage.py tasks` shows the ids of those that failed.")
        self.stdout.write(json.dumps(_told(delivery), cls=DjangoJSONEncoder, indent=2))

    def _replay(self, ids: list[str] | None, name: str | None) -> None:
        dead = Delivery.objects.filter(state=DeliveryState.DEAD)
        if ids is not None:
            wanted = {_id(text) for text in ids}
            dead = dead.filter(pk__in=wanted)
            if missing := wanted - set(dead.values_list("pk", flat=True)):
                listed = ", ".join(sorted(str(pk) for pk in missing))
                raise CommandError(f"Not dead, or not there: {listed}. Nothing was sent again.")
        elif name is not None:
            known = sorted({*subscribers, *dead.values_list("subscriber", flat=True).distinct()})
            if name not in known:
                raise CommandError(f"There is no subscriber {name}. Those there are: {', '.join(known) or 'none'}.")
            dead = dead.filter(subscriber=name)
        count = outbox.replay(dead.values_list("pk", flat=True))
        what = "delivery waits" if count == 1 else "deliveries wait"
        self.stdout.write(f"{count:,} dead {what} for the relay again.")


def _failures() -> list[Delivery]:
    """The last that were given up, and those that failed and are to be tried again."""
    rows = Delivery.objects.select_related("event")
    dead = rows.filter(state=DeliveryState.DEAD).order_by("-ended_at")[:FAILURES]
    trying = rows.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENT]).exclude(error="")
    return [*dead, *trying.order_by("-event")[:FAILURES]]


def _told(delivery: Delivery) -> dict[str, Any]:
    names = ("id", "subscriber", "state", "attempts", "due_at", "sent_at", "started_at", "ended_at", "error")
    event = delivery.event
    return {name: getattr(delivery, name) for name in names} | {
        "event": {
            "id": event.id,
            "kind": event.kind,
            "about": event.aggregate,
            "occurred_at": event.occurred_at,
            "actor_id": event.actor_id,
            "request_id": event.request_id,
        }
    }


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id: it is written like 0198c0de-7a51-7cc3-b8f2-0123456789ab.") from None


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "never"


def _seconds(seconds: float) -> str:
    return f"{seconds:,.1f} s"
