"""The checker finds what is lost, doubled or made up: all is well in a history, and then one thing is not."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from tests.outages.checker import doubled, faults
from tests.outages.history import Act, Answer, Kind, Told
from tests.outages.stored import MAIL_EVENT, Delivered, Happened, Mail, News, Row, Stored

PERSON, RECRUITER = UUID(int=1), UUID(int=2)
ADDRESS, WORDS = "ada@example.org", "received your application as Engineer 1."
HEARING = {"ApplicationSubmitted": ["applicant", "team"], "NoteAdded": [], MAIL_EVENT: ["mail"]}
# The outbox numbers its events.
SUBMITTED, MAILED, NOTED = 1, 2, 3


class World:
    """Somebody applied, which was answered at the second request; a note was written, and one was refused."""

    def __init__(self) -> None:
        told = (Told(PERSON, "received", ADDRESS, WORDS), Told(RECRUITER, "applied"))
        self.submit = Act(Kind.SUBMIT, "ada 1", told, answers=[Answer(lost="UNAVAILABLE"), Answer(done="a")])
        self.note = Act(Kind.NOTE, "Hello", answers=[Answer(done="n")])
        self.refused = Act(Kind.NOTE, "No", refusal="INVALID", answers=[Answer(refused="INVALID")])
        self.unknown = Act(Kind.DRAFT, "Nurse", answers=[Answer(lost="RemoteDisconnected")])
        self.stored = Stored(
            rows=[Row(Kind.SUBMIT, "ada 1", "a"), Row(Kind.NOTE, "Hello", "n")],
            events=[
                Happened(SUBMITTED, "ApplicationSubmitted", True, "a"),
                Happened(MAILED, MAIL_EVENT, True, "m"),
                Happened(NOTED, "NoteAdded", True, "n"),
            ],
            deliveries=[
                Delivered("d1", SUBMITTED, "applicant"),
                Delivered("d2", SUBMITTED, "team"),
                Delivered("d3", MAILED, "mail"),
            ],
            news=[News(str(PERSON), "received", "d1", "m"), News(str(RECRUITER), "applied", "d2")],
        )
        self.mails = [Mail("<d3@board.example>", ADDRESS, f"Acme has {WORDS}")]

    def faults(self) -> list[str]:
        acts = [self.submit, self.note, self.refused, self.unknown]
        return faults(acts, self.stored, self.mails, HEARING)


def an_acknowledged_write_is_lost(world: World) -> None:
    world.stored.rows.pop(0)


def it_is_there_under_another_key(world: World) -> None:
    world.stored.rows[0] = replace(world.stored.rows[0], key="b")


def it_is_there_twice(world: World) -> None:
    world.stored.rows.append(replace(world.stored.rows[1], key="o"))


def a_refused_write_is_there(world: World) -> None:
    world.stored.rows.append(Row(Kind.NOTE, "No", "o"))


def what_nobody_knows_of_is_there_twice(world: World) -> None:
    for seq, key in ((4, "j"), (5, "k")):
        world.stored.rows.append(Row(Kind.DRAFT, "Nurse", key))
        world.stored.events.append(Happened(seq, "JobCreated", True, key))


def something_is_there_that_nobody_asked_for(world: World) -> None:
    world.stored.rows.append(Row(Kind.DRAFT, "Baker", "j"))
    world.stored.events.append(Happened(4, "JobCreated", True, "j"))


def one_key_is_answered_with_two_writes(world: World) -> None:
    world.note.answers.append(Answer(done="o"))


def a_write_is_refused_that_was_to_be_done(world: World) -> None:
    world.unknown.answers.append(Answer(refused="FORBIDDEN"))


def a_write_is_done_that_was_to_be_refused(world: World) -> None:
    world.note.refusal = "INVALID"


def a_fault_of_ours_is_answered(world: World) -> None:
    world.unknown.answers.append(Answer(wrong="500 INTERNAL"))


def steps_are_torn(world: World) -> None:
    world.stored.torn.append("application a: 2 steps, version 1")


def an_event_is_lost(world: World) -> None:
    world.stored.events.pop()


def an_event_is_doubled(world: World) -> None:
    world.stored.events.append(replace(world.stored.events[2], seq=4))


def an_event_tells_of_what_is_not_there(world: World) -> None:
    world.stored.events.append(Happened(4, "NoteAdded", True, "o"))


def an_event_was_not_relayed(world: World) -> None:
    world.stored.events[2] = replace(world.stored.events[2], is_relayed=False)


def a_telling_is_lost(world: World) -> None:
    world.stored.deliveries.pop(1)
    world.stored.news.pop(1)


def a_telling_is_doubled(world: World) -> None:
    world.stored.deliveries.append(Delivered("d4", SUBMITTED, "team"))


def a_telling_was_given_up(world: World) -> None:
    world.stored.deliveries[1] = replace(world.stored.deliveries[1], state="dead")


def a_telling_hangs(world: World) -> None:
    world.stored.deliveries[1] = replace(world.stored.deliveries[1], state="sent")


def news_are_lost(world: World) -> None:
    world.stored.news.pop()


def news_are_doubled(world: World) -> None:
    world.stored.news.append(world.stored.news[1])


def somebody_is_told_whom_it_does_not_concern(world: World) -> None:
    world.stored.news.append(replace(world.stored.news[1], user=str(PERSON)))


def news_are_not_mailed(world: World) -> None:
    world.stored.news[0] = replace(world.stored.news[0], mail=None)


def news_are_in_two_mails(world: World) -> None:
    world.stored.events.append(replace(world.stored.events[1], seq=4))
    world.stored.deliveries.append(Delivered("d4", 4, "mail"))
    world.mails.append(replace(world.mails[0], message_id="<d4@board.example>"))


def a_mail_is_lost(world: World) -> None:
    world.mails.clear()


def a_mail_is_doubled_under_another_name(world: World) -> None:
    world.mails.append(replace(world.mails[0], message_id="<d9@board.example>"))


def a_mail_goes_to_somebody_else(world: World) -> None:
    world.mails.append(replace(world.mails[0], address="eve@example.org"))


def a_mail_says_it_twice(world: World) -> None:
    world.mails[0] = replace(world.mails[0], text=f"{WORDS} {WORDS}")


TAMPERED = {
    an_acknowledged_write_is_lost: "applicationSubmit ada 1: lost",
    it_is_there_under_another_key: "applicationSubmit ada 1: lost",
    it_is_there_twice: "noteAdd Hello: doubled",
    a_refused_write_is_there: "noteAdd No: refused, and there",
    what_nobody_knows_of_is_there_twice: "jobCreate Nurse: doubled",
    something_is_there_that_nobody_asked_for: "jobCreate Baker: there, and nobody asked for it",
    one_key_is_answered_with_two_writes: "noteAdd Hello: answered in different ways",
    a_write_is_refused_that_was_to_be_done: "jobCreate Nurse: refused with",
    a_write_is_done_that_was_to_be_refused: "noteAdd Hello: done, and not refused",
    a_fault_of_ours_is_answered: "jobCreate Nurse: answered 500",
    steps_are_torn: "torn: application a",
    an_event_is_lost: "NoteAdded n: 0 events of 1",
    an_event_is_doubled: "NoteAdded n: 2 events of 1",
    an_event_tells_of_what_is_not_there: "NoteAdded o: 1 events of 0",
    an_event_was_not_relayed: "NoteAdded n: never relayed",
    a_telling_is_lost: "ApplicationSubmitted a: told to",
    a_telling_is_doubled: "ApplicationSubmitted a: told to",
    a_telling_was_given_up: "ApplicationSubmitted a: team is dead",
    a_telling_hangs: "ApplicationSubmitted a: team is sent",
    news_are_lost: "was told applied 0 times, not 1",
    news_are_doubled: "was told applied 2 times, not 1",
    somebody_is_told_whom_it_does_not_concern: "was told applied 1 times, not 0",
    news_are_not_mailed: "in 0 mails",
    news_are_in_two_mails: "in 2 mails",
    a_mail_is_lost: "mail d3 for ada@example.org: lost",
    a_mail_is_doubled_under_another_name: "mail d9 to ['ada@example.org']: not to be sent",
    a_mail_goes_to_somebody_else: "mail d3 to ['ada@example.org', 'eve@example.org']: not to be sent",
    a_mail_says_it_twice: "mailed to ada@example.org 2 times",
}


def test_nothing_is_found_where_all_is_well() -> None:
    assert World().faults() == []


@pytest.mark.parametrize(("tamper", "told"), TAMPERED.items(), ids=[one.__name__ for one in TAMPERED])
def test_it_is_found_when(tamper: Callable[[World], None], told: str) -> None:
    world = World()
    tamper(world)
    assert any(told in fault for fault in world.faults()), world.faults()


def test_what_nobody_knows_of_may_be_there_once() -> None:
    world = World()
    world.stored.rows.append(Row(Kind.DRAFT, "Nurse", "j"))
    world.stored.events.append(Happened(4, "JobCreated", True, "j"))
    assert world.faults() == []


def test_a_mail_may_come_twice_under_its_own_name_and_is_counted() -> None:
    world = World()
    assert doubled(world.mails) == 0
    world.mails.append(world.mails[0])
    assert world.faults() == []
    assert doubled(world.mails) == 1
