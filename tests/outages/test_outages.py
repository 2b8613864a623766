"""What a board promises while what it stands on stops: nothing that was acknowledged is lost, and nothing is doubled.

Clients write over HTTP and note what they were told; afterwards `checker` holds that against the tables and the mail.
"""

import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from kernel import events
from kernel.subscribers import subscribers
from nexus import relay
from nexus.graphql.planning import engine
from tests import servers
from tests.outages import board as boards
from tests.outages import checker, scene, stored
from tests.outages.board import Board
from tests.outages.clients import Client, Load, load
from tests.outages.history import Act, Kind
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.needs("rabbitmq-server")]

EMPLOYERS, OPENINGS, PEOPLE = 4, 40, 40
LONG_FAULTS = 12


@dataclass
class Trial:
    """A board, and its clients with all that they were told so far."""

    board: Board
    clients: list[Client]
    hearing: dict[str, list[str]]

    @property
    def acts(self) -> list[Act]:
        return [act for client in self.clients for act in list(client.acts)]

    def done(self) -> Counter[Kind]:
        """Acknowledged writes so far."""
        return Counter(act.kind for act in self.acts if act.done)

    def faults(self) -> list[str]:
        with stored.snapshot(self.board.database.url) as database:
            return checker.faults(self.acts, stored.read(database), self.board.mails(), self.hearing)

    def tally(self) -> str:
        """What was asked for so far, and what came of it."""
        acts = self.acts
        counts = {
            "acknowledged": sum(bool(act.done) for act in acts),
            "refused": sum(bool(act.refused) for act in acts),
            "never answered": sum(not act.is_settled for act in acts),
            "requests without an answer": sum(bool(answer.lost) for act in acts for answer in act.answers),
            "mails": len(self.board.mails()),
            "mails doubled": checker.doubled(self.board.mails()),
        }
        return ", ".join(f"{count} {name}" for name, count in counts.items())


@pytest.fixture(scope="module")
def trial(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trial]:
    relay.load()
    # The schema, too: it says what ids mean.
    engine()
    hearing = {
        kind: [name for name, one in subscribers.items() if of in one.kinds] for kind, of in events.kinds.items()
    }
    with django_db_blocker.unblock():
        employers = [scene.employer(OPENINGS, PEOPLE) for _ in range(EMPLOYERS)]
        with boards.running(tmp_path_factory.mktemp("outages")) as board:
            servers.reset_database()
            yield Trial(board, [Client(board.url, employer) for employer in employers], hearing)


def rabbitmq_dies(board: Board, load: Load) -> None:
    board.broker.stop()
    load.await_progress()
    board.broker.start()


def rabbitmq_is_stopped(board: Board, load: Load) -> None:
    board.broker.stop(signal.SIGTERM)
    board.broker.start()


def the_worker_is_killed(board: Board, load: Load) -> None:
    board.kill("worker")
    load.await_progress()
    board.start("worker")


def the_worker_is_killed_as_a_mail_was_taken(board: Board, load: Load) -> None:
    """In the one window: the mail server has the message, and the worker does not know."""
    before = checker.doubled(board.mails())
    board.mail.once_taken.append(lambda: board.kill("worker"))
    until(lambda: not board.mail.once_taken)
    until(lambda: not board.is_running("worker"))
    board.start("worker")
    until(lambda: checker.doubled(board.mails()) > before, boards.PATIENCE)


def postgresql_dies(board: Board, load: Load) -> None:
    board.database.stop(signal.SIGQUIT)
    board.database.start()


def postgresql_is_restarted(board: Board, load: Load) -> None:
    board.database.stop(signal.SIGINT)
    board.database.start()


def a_web_process_is_killed(board: Board, load: Load) -> None:
    board.kill("web")
    board.start("web")


type Fault = Callable[[Board, Load], None]
FAULTS: dict[str, tuple[Fault, ...]] = {
    "RabbitMQ": (rabbitmq_dies,),
    "worker": (the_worker_is_killed_as_a_mail_was_taken, the_worker_is_killed),
    "PostgreSQL": (postgresql_dies, postgresql_is_restarted),
    "web": (a_web_process_is_killed, a_web_process_is_killed),
}


def endure(trial: Trial, *faults: Fault) -> None:
    """The faults under load, one after the other, and writes of every kind; afterwards all is there once."""
    before = trial.done()
    with load(trial.clients) as under_way:
        under_way.await_progress()
        for fault in faults:
            fault(trial.board, under_way)
            under_way.await_progress()
        until(lambda: set(trial.done() - before) == set(Kind), boards.PATIENCE)
    trial.board.await_quiet()
    assert trial.faults() == []


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
def test_what_was_acknowledged_is_there_once(
    faults: tuple[Fault, ...], trial: Trial, record_property: Callable[[str, object], None]
) -> None:
    endure(trial, *faults)
    record_property("tally", f"outages, the board so far: {trial.tally()}")


PLANTED = {
    "an application that is lost": "DELETE FROM jobs_applicationtransition WHERE act = 'submit'",
    "a step that is lost": "DELETE FROM jobs_applicationtransition WHERE act = 'move'",
    "a note that is lost": "DELETE FROM jobs_note",
    "a posting that is doubled": """
        UPDATE jobs_job SET title = (SELECT max(title) FROM jobs_job WHERE lifecycle = 'draft')
        WHERE lifecycle = 'draft'""",
    "an event that is lost": "DELETE FROM kernel_delivery WHERE subscriber LIKE '%tell_applicant'",
    "an event that is doubled": """
        INSERT INTO kernel_outboxevent (id, kind, aggregate, payload, request_id, occurred_at, relayed_at)
        SELECT gen_random_uuid(), kind, aggregate, payload, '', now(), now() FROM kernel_outboxevent
        WHERE kind = 'NoteAdded'""",
    "a delivery that was given up": "UPDATE kernel_delivery SET state = 'dead'",
    "news that are lost": "DELETE FROM accounts_notification WHERE kind = 'mentioned'",
    "a mail of which nobody knows": "UPDATE accounts_notification SET mail_id = NULL",
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED.keys())
def test_what_is_lost_or_doubled_in_the_tables_is_found(plant: str, trial: Trial) -> None:
    if not trial.acts:
        endure(trial)
    with stored.snapshot(trial.board.database.url) as database:
        mails = trial.board.mails()
        assert checker.faults(trial.acts, stored.read(database), mails, trial.hearing) == []
        assert database.execute(plant.encode()).rowcount > 0
        assert checker.faults(trial.acts, stored.read(database), mails, trial.hearing) != []


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_many_faults_one_after_the_other(
    seed: int, trial: Trial, record_property: Callable[[str, object], None]
) -> None:
    kinds = [fault for faults in FAULTS.values() for fault in dict.fromkeys(faults)]
    endure(trial, *random.Random(seed).choices([*kinds, rabbitmq_is_stopped], k=LONG_FAULTS))
    record_property("tally", f"outages, {LONG_FAULTS} faults: {trial.tally()}")
