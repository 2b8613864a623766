"""Clients that want writes done: they ask until they are answered, and write down what they were told."""

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from schema.core import ids
from tests.outages.history import Act, Answer, Kind, Told
from tests.outages.scene import Employer, Opening, Person
from tests.waiting import until

# What a payload has of what was written.
_SHOWN = {Kind.NOTE: "note", Kind.DRAFT: "job"}
# Seconds in which somebody answers, with all that is away at times.
PATIENCE = 120
# Seconds between two requests for one thing, and between two stories.
ASKS_AGAIN, THINKS = 0.2, 0.2


def ask(url: str, kind: Kind, values: dict[str, Any], token: str) -> Answer:
    """One request, and what came of it."""
    shown, name = _SHOWN.get(kind, "application"), f"{kind[0].upper()}{kind[1:]}Input"
    payload = f"{shown} {{ id }} userErrors {{ code }}"
    document = f"mutation($input: {name}!) {{ act: {kind}(input: $input) {{ {payload} }} }}"
    client = HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
        "Authorization": f"Bearer {token}",
    }
    try:
        client.request("POST", "/graphql", json.dumps({"query": document, "variables": {"input": values}}), headers)
        response = client.getresponse()
        content = json.loads(response.read())
    except (OSError, HTTPException) as error:
        return Answer(lost=type(error).__name__)
    finally:
        client.close()
    return _answer(response.status, content, shown)


def _answer(status: int, content: dict[str, Any], shown: str) -> Answer:
    codes = [error["extensions"]["code"] for error in content.get("errors", [])]
    if codes:
        is_away = set(codes) == {"UNAVAILABLE"} and status in (200, 503)
        return Answer(lost="UNAVAILABLE") if is_away else Answer(wrong=f"{status} {codes}")
    payload = content["data"]["act"]
    if payload["userErrors"]:
        return Answer(refused=payload["userErrors"][0]["code"])
    return Answer(done=str(_key(payload[shown]["id"])))


def _key(global_id: str) -> UUID:
    return ids.decode(global_id)[1]  # type: ignore[no-any-return]


class Client:
    """Tells the stories of an employer's people, one after the other."""

    def __init__(self, url: str, employer: Employer) -> None:
        self.acts: list[Act] = []
        self._url = url
        self._employer = employer
        self._stories = enumerate(employer.pairs())
        self._pool = ThreadPoolExecutor(2)

    def go_on(self, is_over: threading.Event) -> None:
        """Begin where it ended, until it is over; what was begun then is brought to its end."""
        while not is_over.wait(THINKS):
            number, (opening, person) = next(self._stories)
            self._tell(number, opening, person)

    def _tell(self, number: int, opening: Opening, person: Person) -> None:
        """Somebody applies, at times with a double click; then somebody acts on it."""
        employer, submission = self._employer, {"jobId": opening.global_id}
        submit = Act(Kind.SUBMIT, f"{person.key} {opening.key}", self._of_submission(opening, person))
        # Some walk away from what was not answered, and never learn whether it was done.
        if not (applied := self._do(submit, submission, person, is_double=number % 4 == 0, gives_up=number % 2 == 1)):
            return
        if number % 5 == 0:
            self._do(Act(Kind.SUBMIT, submit.mark, refusal="ALREADY_APPLIED"), submission, person)
        if number % 3 == 0:
            self._withdraw(applied, person)
        elif number % 3 == 1:
            self._move(applied, opening, person, is_double=number % 4 == 1)
        else:
            self._note(applied, person, is_double=number % 4 == 2)
        if number % 5 == 1:
            title = f"Draft {uuid4()}"
            values = {"companyId": employer.global_id, "fields": {"title": title}}
            self._do(Act(Kind.DRAFT, title), values, employer.recruiter, is_double=number % 3 == 0)

    def _of_submission(self, opening: Opening, person: Person) -> tuple[Told, ...]:
        words = f"has received your application as {opening.title}."
        return Told(person.key, "application_received", person.address, words), *self._team("candidate_applied")

    def _team(self, news: str) -> tuple[Told, ...]:
        return Told(self._employer.recruiter.key, news), Told(self._employer.colleague.key, news)

    def _withdraw(self, applied: str, person: Person) -> None:
        """Without a key: the same again changes nothing."""
        act = Act(Kind.WITHDRAW, applied, self._team("candidate_withdrew"))
        self._do(act, {"applicationId": _application(applied)}, person, has_key=False)

    def _move(self, applied: str, opening: Opening, person: Person, *, is_double: bool) -> None:
        """And once more, by somebody who read it before."""
        words = f"your application as {opening.title} has come to the next step."
        told = (Told(person.key, "application_moved", person.address, words),)
        _, next_one, another = opening.stages
        for stage, heard, refusal in ((next_one, told, ""), (another, (), "APPLICATION_CHANGED_MEANWHILE")):
            act = Act(Kind.MOVE, f"{applied} {stage}", heard, refusal)
            values = {"applicationId": _application(applied), "stageId": ids.encode("Stage", stage), "version": 1}
            if not self._do(act, values, self._employer.recruiter, is_double=is_double):
                return

    def _note(self, applied: str, person: Person, *, is_double: bool) -> None:
        """And one that names somebody who may not read it."""
        colleague = self._employer.colleague
        told = (Told(colleague.key, "mentioned", colleague.address),)
        for named, heard, refusal in ((colleague, told, ""), (person, (), "INVALID")):
            text = f"Note {uuid4()}"
            values = {"applicationId": _application(applied), "text": text, "mentionIds": [named.global_id]}
            self._do(Act(Kind.NOTE, text, heard, refusal), values, self._employer.recruiter, is_double=is_double)

    def _do(
        self,
        act: Act,
        values: dict[str, Any],
        by: Person,
        *,
        is_double: bool = False,
        gives_up: bool = False,
        has_key: bool = True,
    ) -> str:
        """Ask until it is answered, under one key; in two requests at a time if double. The key of what was written."""
        if has_key:
            values = {**values, "idempotencyKey": str(uuid4())}
        self.acts.append(act)

        def ask_until_answered() -> None:
            def is_answered() -> bool:
                answer = ask(self._url, act.kind, values, by.token)
                act.answers.append(answer)
                return gives_up or not answer.lost

            until(is_answered, PATIENCE, look_again=ASKS_AGAIN)

        clicks = [self._pool.submit(ask_until_answered) for _ in range(2 if is_double else 1)]
        for click in clicks:
            click.result()
        return next(iter(act.done), "")


def _application(key: str) -> str:
    return ids.encode("Application", UUID(key))


class Load:
    """Clients that go on, each in a thread of its own, until the block ends."""

    def __init__(self, clients: Sequence[Client], running: Sequence[Future[None]]) -> None:
        self._clients = clients
        self._running = running

    def await_progress(self, more: int = 20) -> None:
        """Returns once so many more writes were acknowledged."""
        before = self._acknowledged()
        until(lambda: self._are_well() and self._acknowledged() >= before + more, PATIENCE)

    def _are_well(self) -> bool:
        """Raises what a client has raised."""
        return all(one.result() is None for one in self._running if one.done())

    def _acknowledged(self) -> int:
        return sum(bool(act.done) for client in self._clients for act in list(client.acts))


@contextmanager
def load(clients: Sequence[Client]) -> Iterator[Load]:
    """Under load; at the end of the block every client is answered."""
    is_over = threading.Event()
    with ThreadPoolExecutor(len(clients)) as pool:
        running = [pool.submit(client.go_on, is_over) for client in clients]
        try:
            yield Load(clients, running)
        finally:
            is_over.set()
        for one in running:
            one.result()
