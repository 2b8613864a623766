"""Holds what clients were told against what is there: each acknowledged write once, with all that follows from it.

- What was acknowledged is there once, under the key that was told. What was refused is not. What nobody knows of is
  there once or not at all, and what nobody asked for is not there.
- What is there has one event; the event was told to each of its subscribers, and no telling was given up.
- Of each telling everybody whom it concerns has one line, and nobody else has.
- What is mailed at once is in one message, by its Message-ID. The mail server has that message at least once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from tests.outages.history import Act
from tests.outages.stored import EVENTS, MAIL_EVENT, Delivered, Mail, Row, Stored

# For each kind of event, who hears of it.
type Hearing = Mapping[str, Collection[str]]


def faults(acts: Sequence[Act], stored: Stored, mails: Sequence[Mail], hearing: Hearing) -> list[str]:
    """What is lost, doubled, or should not be there, in a sentence each; nothing where all is well."""
    return [
        *_answers(acts),
        *_rows(acts, stored.rows),
        *(f"torn: {told}" for told in stored.torn),
        *_events(stored),
        *_deliveries(stored, hearing),
        *_news(acts, stored),
        *_mails(acts, stored, mails),
        *_words(acts, stored, mails),
    ]


def doubled(mails: Sequence[Mail]) -> int:
    """Messages that the mail server has more than once under one Message-ID."""
    return sum(count - 1 for count in Counter(mail.message_id for mail in mails).values())


def _answers(acts: Sequence[Act]) -> Iterator[str]:
    for act in acts:
        name = f"{act.kind} {act.mark}"
        for answer in act.answers:
            if answer.wrong:
                yield f"{name}: answered {answer.wrong}"
        if len(act.done) > 1 or (act.done and act.refused):
            yield f"{name}: answered in different ways: {sorted(act.done | act.refused)}"
        if act.refusal and act.done:
            yield f"{name}: done, and not refused with {act.refusal}"
        if act.refused - {act.refusal}:
            yield f"{name}: refused with {sorted(act.refused)}"


def _rows(acts: Sequence[Act], rows: Sequence[Row]) -> Iterator[str]:
    found = defaultdict(list)
    for row in rows:
        found[row.kind, row.mark].append(row.key)
    asked = defaultdict(list)
    for act in acts:
        asked[act.kind, act.mark].append(act)
    for mark in found.keys() - asked.keys():
        yield f"{' '.join(mark)}: there, and nobody asked for it"
    for mark, those in asked.items():
        keys, name = found.get(mark, []), " ".join(mark)
        acknowledged = set().union(*(act.done for act in those))
        if len(keys) > 1:
            yield f"{name}: doubled, {len(keys)} times there"
        if lost := acknowledged - set(keys):
            yield f"{name}: lost, acknowledged as {sorted(lost)}"
        if keys and all(act.refused for act in those):
            yield f"{name}: refused, and there"


def _events(stored: Stored) -> Iterator[str]:
    due = Counter((EVENTS[row.kind], row.key) for row in stored.rows)
    happened = Counter((event.kind, event.about) for event in stored.events if event.kind != MAIL_EVENT)
    for kind, about in due.keys() | happened.keys():
        if due[kind, about] != happened[kind, about]:
            yield f"{kind} {about}: {happened[kind, about]} events of {due[kind, about]} writes"


def _deliveries(stored: Stored, hearing: Hearing) -> Iterator[str]:
    by_event = _by_event(stored)
    for event in stored.events:
        name = f"{event.kind} {event.about}"
        if not event.is_relayed:
            yield f"{name}: never relayed"
        told = Counter(delivery.subscriber for delivery in by_event.get(event.seq, []))
        if told != Counter(hearing.get(event.kind, ())):
            yield f"{name}: told to {dict(told)}"
        for delivery in by_event.get(event.seq, []):
            if delivery.state != "done":
                yield f"{name}: {delivery.subscriber} is {delivery.state}"


def _news(acts: Sequence[Act], stored: Stored) -> Iterator[str]:
    due: dict[tuple[str, str], set[tuple[str, str]]] = {}
    keys = {(row.kind, row.mark): row.key for row in stored.rows}
    for act in acts:
        key = keys.get((act.kind, act.mark))
        if key is not None and not act.refusal:
            due[EVENTS[act.kind], key] = {(str(told.user), told.news) for told in act.told}
    events = {event.seq: (event.kind, event.about) for event in stored.events}
    event_of = {delivery.key: events.get(delivery.seq) for delivery in stored.deliveries}
    found: Counter[tuple[tuple[str, str] | None, str, str]] = Counter()
    for line in stored.news:
        found[event_of.get(line.delivery), line.user, line.kind] += 1
    expected = Counter((event, user, kind) for event, told in due.items() for user, kind in told)
    for one in expected.keys() | found.keys():
        if expected[one] != found[one]:
            event, user, kind = one
            name = " ".join(event) if event else "no event"
            yield f"{name}: {user} was told {kind} {found[one]} times, not {expected[one]}"


def _mails(acts: Sequence[Act], stored: Stored, mails: Sequence[Mail]) -> Iterator[str]:
    addresses = {(str(told.user), told.news): told.address for act in acts for told in act.told if told.address}
    events = defaultdict(list)
    for event in stored.events:
        if event.kind == MAIL_EVENT:
            events[event.about].append(event)
    by_event = _by_event(stored)
    due: dict[str, str] = {}
    for line in stored.news:
        address = addresses.get((line.user, line.kind))
        if address is None:
            continue
        if line.mail is None or len(events[line.mail]) != 1:
            yield f"{line.kind} for {address}: in {len(events[line.mail]) if line.mail else 0} mails"
            continue
        for delivery in by_event.get(events[line.mail][0].seq, []):
            if due.setdefault(delivery.key, address) != address:
                yield f"mail {delivery.key}: for two people"
    yield from _taken(due, mails)


def _taken(due: Mapping[str, str], mails: Sequence[Mail]) -> Iterator[str]:
    """Each message at the server, for whom it is, and no other. A message is named after its delivery."""
    taken = defaultdict(set)
    for mail in mails:
        taken[mail.message_id.strip("<>").partition("@")[0]].add(mail.address)
    for key in due.keys() - taken.keys():
        yield f"mail {key} for {due[key]}: lost"
    for key, addresses in taken.items():
        if addresses != {due.get(key)}:
            yield f"mail {key} to {sorted(addresses)}: not to be sent"


def _words(acts: Sequence[Act], stored: Stored, mails: Sequence[Mail]) -> Iterator[str]:
    """A mail's own words, whatever the tables say of it."""
    there = {(row.kind, row.mark) for row in stored.rows}
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for mail in mails:
        texts[mail.address][mail.message_id] = mail.text
    for act in acts:
        if act.refusal or (act.kind, act.mark) not in there:
            continue
        for told in act.told:
            if told.words:
                saying = sum(text.count(told.words) for text in texts[told.address].values())
                if saying != 1:
                    yield f"{act.kind} {act.mark}: mailed to {told.address} {saying} times"


def _by_event(stored: Stored) -> dict[int, list[Delivered]]:
    found = defaultdict(list)
    for delivery in stored.deliveries:
        found[delivery.seq].append(delivery)
    return found
