"""What people are told: once each, as they want it, and not at night."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tasks
from accounts.models import DEFAULTS, Cadence, Channel, Notification, QuietHours, Topic, User, UserStatus
from accounts.notifications.news import declared, page, sentence
from accounts.services import notification
from accounts.services.notification import Notice
from jobs.notifications import APPLICATION_MOVED, CANDIDATE_APPLIED, JOB_REPORTED
from kernel.errors import Forbidden, Invalid
from kernel.subscribers import Telling
from tests.accounts.notifications.tellings import telling
from tests.deliveries import deliver_all
from tests.factories import UserFactory, viewer_of
from tests.smtp import Sink, text_of

pytestmark = pytest.mark.django_db
VALUES = {"job": "Gardener", "company": "Larkfield", "slug": "gardener-1"}
# A Wednesday, 23:30 in Berlin.
LATE = datetime(2027, 1, 13, 22, 30, tzinfo=UTC)


def tell(*people: User, news=APPLICATION_MOVED, told: Telling | None = None, **options: object) -> int:
    keys = [user.pk for user in people]
    notice = Notice(keys, news.topic, news.kind, told or telling(), values=VALUES, **options)
    return notification.tell_all([notice])


def due(cadence: str, *, zone: str = "Europe/Berlin", quiet: tuple[int, int] | None = None, now: datetime = LATE):
    hours = QuietHours(begins_at=time(quiet[0]), ends_at=time(quiet[1])) if quiet else None
    return notification.due_at(now, cadence, zone, hours)


def test_one_telling_is_told_each_person_once() -> None:
    ada, grace, told = UserFactory(), UserFactory(), telling()
    assert tell(ada, grace, told=told) == 2
    tell(ada, grace, told=told)
    assert Notification.objects.count() == 2
    tell(ada)
    assert Notification.objects.filter(user=ada).count() == 2


def test_statements_do_not_grow_with_the_people() -> None:
    people = UserFactory.create_batch(12)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tell(*people)
    assert len(queries) == 3


def test_who_is_gone_or_a_program_is_told_nothing() -> None:
    gone, program = UserFactory(status=UserStatus.DEACTIVATED), UserFactory(kind="service")
    assert tell(gone, program) == 0


def test_who_said_nothing_is_told_as_the_topic_has_it() -> None:
    ada = UserFactory()
    tell(ada)
    tell(ada, news=CANDIDATE_APPLIED)
    tell(ada, news=JOB_REPORTED)
    moved, applied, reported = Notification.objects.order_by("pk")
    assert moved.email_due_at <= timezone.now()
    assert timezone.now() < applied.email_due_at <= timezone.now() + timedelta(days=1)
    assert reported.email_due_at is None
    assert all(row.is_in_inbox for row in (moved, applied, reported))


def test_nobody_is_told_what_they_do_not_want() -> None:
    ada = UserFactory()
    never = [(Topic.APPLICATIONS, channel, Cadence.NONE) for channel in Channel]
    notification.prefer(by=viewer_of(ada), cadences=never)
    assert tell(ada) == 0
    notification.prefer(by=viewer_of(ada), cadences=[(Topic.APPLICATIONS, Channel.EMAIL, Cadence.INSTANT)])
    assert tell(ada) == 1
    assert not Notification.objects.get().is_in_inbox


def test_every_topic_has_a_way_and_every_news_two_languages() -> None:
    assert set(DEFAULTS) == set(Topic)
    assert all(set(ways) == set(Channel) for ways in DEFAULTS.values())
    for news in declared.values():
        for locale in ("en", "de-AT"):
            assert sentence(news.kind, {**VALUES, "day": "2027-01-01"}, locale=locale).count("…") == 0
    assert sentence("application_moved", {}, locale="fr").startswith("…: your application")
    assert page("candidate_applied", VALUES).endswith("/jobs/gardener-1/applications")


def test_a_value_cannot_begin_another_line() -> None:
    assert "\n" not in sentence("application_moved", {**VALUES, "job": "Cook\nBcc: x@example.org"})


@pytest.mark.parametrize(
    ("cadence", "quiet", "expected"),
    [
        (Cadence.NONE, None, None),
        (Cadence.INSTANT, None, LATE),
        # At night until seven: six o'clock UTC in winter.
        (Cadence.INSTANT, (22, 7), datetime(2027, 1, 14, 6, tzinfo=UTC)),
        (Cadence.INSTANT, (1, 7), LATE),
        (Cadence.DAILY, None, datetime(2027, 1, 14, 7, tzinfo=UTC)),
        (Cadence.DAILY, (20, 10), datetime(2027, 1, 14, 9, tzinfo=UTC)),
        (Cadence.WEEKLY, None, datetime(2027, 1, 18, 7, tzinfo=UTC)),
        (Cadence.WEEKLY, (7, 12), datetime(2027, 1, 18, 11, tzinfo=UTC)),
    ],
)
def test_mail_keeps_to_the_clock_of_its_reader(cadence: str, quiet: tuple[int, int], expected: datetime) -> None:
    assert due(cadence, quiet=quiet) == expected


def test_summer_time_and_unknown_zones() -> None:
    summer = datetime(2027, 7, 14, 21, 30, tzinfo=UTC)
    assert due(Cadence.DAILY, now=summer) == datetime(2027, 7, 15, 6, tzinfo=UTC)
    assert due(Cadence.DAILY, zone="Moon/Base") == datetime(2027, 1, 14, 8, tzinfo=UTC)
    # In the hours after midnight the same night goes on.
    early = datetime(2027, 1, 14, 2, tzinfo=UTC)
    assert due(Cadence.INSTANT, quiet=(22, 7), now=early) == datetime(2027, 1, 14, 6, tzinfo=UTC)
    # On a Monday before eight it is this Monday.
    monday = datetime(2027, 1, 18, 5, tzinfo=UTC)
    assert due(Cadence.WEEKLY, now=monday) == datetime(2027, 1, 18, 7, tzinfo=UTC)


def test_what_is_due_comes_in_one_mail_a_person(smtp_sink: Sink) -> None:
    ada, grace = UserFactory(email="ada@example.org", locale="de"), UserFactory(email="grace@example.org")
    tell(ada)
    tell(ada)
    tell(grace)
    assert notification.release() == 2
    assert notification.release() == 0
    deliver_all()
    assert sorted(smtp_sink.recipients) == ["ada@example.org", "grace@example.org"]
    mails = {str(mail["To"]): mail for mail in smtp_sink.taken}
    assert "und 1 weitere" in str(mails["ada@example.org"]["Subject"])
    assert text_of(mails["ada@example.org"]).count("einen Schritt weiter") == 2
    assert str(mails["grace@example.org"]["Subject"]) == (
        "Larkfield: your application as Gardener has come to the next step."
    )


def test_mail_ends_with_one_click(smtp_sink: Sink) -> None:
    ada = UserFactory()
    tell(ada)
    notification.release()
    deliver_all()
    (mail,) = smtp_sink.taken
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = str(mail["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    assert notification.topics_of(token) == [Topic.APPLICATIONS]
    assert notification.unsubscribe(token) == [Topic.APPLICATIONS]
    tell(ada)
    assert notification.release() == 0
    assert Notification.objects.filter(user=ada, is_in_inbox=True).count() == 2


@pytest.mark.parametrize("token", ["", "x", "WyJhIl0:1abc:xyz", "\x00"])
def test_a_link_that_is_not_ours_ends_nothing(token: str) -> None:
    assert notification.unsubscribe(token) is None
    assert notification.topics_of(token) is None


def test_what_was_read_is_not_mailed(smtp_sink: Sink) -> None:
    ada = UserFactory()
    tell(ada)
    tell(ada)
    assert notification.read(by=viewer_of(ada), ids=[Notification.objects.first().pk]) == 1
    notification.release()
    # Read between the release and the mail.
    assert notification.read(by=viewer_of(ada)) == 1
    deliver_all()
    assert smtp_sink.taken == []


def test_what_is_only_mailed_is_not_read_with_the_inbox(smtp_sink: Sink) -> None:
    ada = UserFactory()
    notification.prefer(by=viewer_of(ada), cadences=[(Topic.APPLICATIONS, Channel.INBOX, Cadence.NONE)])
    tell(ada)
    assert notification.read(by=viewer_of(ada)) == 0
    assert notification.read(by=viewer_of(ada), ids=[Notification.objects.get().pk]) == 0
    notification.release()
    deliver_all()
    assert smtp_sink.recipients == [ada.email]


def test_what_was_switched_off_between_the_release_and_the_mail_is_not_mailed(smtp_sink: Sink) -> None:
    ada = UserFactory()
    tell(ada)
    notification.release()
    notification.unsubscribe(notification.unsubscribe_link(ada.pk, [Topic.APPLICATIONS]).rpartition("/")[2])
    deliver_all()
    assert smtp_sink.taken == []


def test_a_mail_says_how_many_more_there_are(smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "MOST_LINES", 2)
    ada, bob = UserFactory(locale="en"), UserFactory(locale="en")
    for _ in range(5):
        tell(ada)
    tell(bob)
    tell(bob)
    notification.release()
    deliver_all()
    mails = {str(mail["To"]): mail for mail in smtp_sink.taken}
    assert str(mails[ada.email]["Subject"]).endswith("(and 4 more)")
    for kind in ("plain", "html"):
        assert text_of(mails[ada.email], kind).count("/my-applications") == 2
        assert "And 3 more." in text_of(mails[ada.email], kind)
        assert "more." not in text_of(mails[bob.email], kind)


def test_nobody_reads_anothers_news() -> None:
    ada, grace = UserFactory(), UserFactory()
    tell(ada)
    assert notification.read(by=viewer_of(grace), ids=[Notification.objects.get().pk]) == 0
    assert notification.read(by=viewer_of(grace)) == 0
    assert Notification.objects.get().read_at is None


def test_too_many_at_a_time_are_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        notification.read(by=viewer_of(UserFactory()), ids=[UserFactory().pk] * 101)
    assert refusal.value.field == "ids"


def test_the_inbox_knows_no_digest() -> None:
    with pytest.raises(Invalid) as refusal:
        notification.prefer(by=viewer_of(UserFactory()), cadences=[(Topic.MENTIONS, Channel.INBOX, Cadence.WEEKLY)])
    assert refusal.value.field == "preferences.0.cadence"


def test_a_topic_named_twice_is_refused() -> None:
    twice = [(Topic.MENTIONS, Channel.EMAIL, Cadence.DAILY)] * 2
    with pytest.raises(Invalid) as refusal:
        notification.prefer(by=viewer_of(UserFactory()), cadences=twice)
    assert refusal.value.field == "preferences.1"


def test_quiet_hours_move_what_waits_already() -> None:
    ada = UserFactory(timezone="UTC")
    tell(ada)
    now = timezone.now()
    begins, ends = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    notification.prefer(by=viewer_of(ada), quiet=(begins, ends), is_quiet_changed=True)
    assert notification.release(now) == 0
    assert notification.release(now + timedelta(hours=1, minutes=1)) == 1


def test_all_that_waits_is_moved_at_once() -> None:
    ada = UserFactory(timezone="UTC")
    now = timezone.now()
    quiet = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()

    def statements(number: int) -> int:
        Notification.objects.all().delete()
        for _ in range(number):
            tell(ada)
        with CaptureQueriesContext(connection) as queries:
            notification.prefer(by=viewer_of(ada), quiet=quiet, is_quiet_changed=True)
        assert not Notification.objects.filter(email_due_at__lte=now).exists()
        notification.prefer(by=viewer_of(ada), is_quiet_changed=True)
        return len(queries)

    assert statements(2) == statements(120)


def test_quiet_hours_that_never_end_are_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        notification.prefer(by=viewer_of(UserFactory()), quiet=(time(8), time(8)), is_quiet_changed=True)
    assert refusal.value.field == "quiet_hours.ends_at"


def test_staff_in_a_persons_name_change_nothing() -> None:
    ada = UserFactory()
    acting = replace(viewer_of(ada), impersonator_id=UserFactory().pk)
    with pytest.raises(Forbidden):
        notification.read(by=acting)
    with pytest.raises(Forbidden):
        notification.prefer(by=acting)


def test_old_news_is_forgotten() -> None:
    ada = UserFactory()
    tell(ada)
    tell(ada)
    old = Notification.objects.first()
    Notification.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=181))
    assert notification.forget_old() == 1
    assert Notification.objects.count() == 1
