"""`accountRegister` and `accountVerify`: how an account comes to be, and what strangers are told of it."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from argon2 import low_level
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.auth import throttles
from accounts.auth.throttles import Limit, Throttle
from accounts.models import AuditEntry, EmailToken, User, UserStatus
from tests.door import send, token_for
from tests.factories import PASSWORD, UserFactory
from tests.schema.account.acts import SECRET, act, act_from, delivered, document, refusals, subjects, token_in

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"
INVALID_LINK = [("LINK_INVALID", "token")]


def register(email: str = ADA, password: str = SECRET, **more: Any) -> Any:
    return act("accountRegister", {"email": email, "password": password, **more}, "email")


def verify(token: str) -> Any:
    return act("accountVerify", {"token": token}, "email")


def log_in(email: str = ADA, password: str = SECRET) -> list[tuple[str, str | None]]:
    return refusals(act("tokenCreate", {"email": email, "password": password}, "token"))


@contextmanager
def work() -> Iterator[dict[str, Any]]:
    """Counts the hashes that are computed and the statements that are run, by what they do to which table."""
    done: dict[str, Any] = {"hashes": 0}
    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as queries:
        for name in ("hash_secret", "verify_secret"):
            real = getattr(low_level, name)

            def counting(*args: Any, real: Any = real, **kwargs: Any) -> Any:
                done["hashes"] += 1
                return real(*args, **kwargs)

            for module in ("argon2.low_level", "argon2._password_hasher", "argon2"):
                patch.setattr(f"{module}.{name}", counting, raising=False)
        yield done
    done["statements"] = Counter(_kind(query["sql"]) for query in queries.captured_queries)


def _kind(sql: str) -> str:
    table = re.search(r'(?:FROM|INTO|UPDATE) "?(\w+)"?', sql)
    return f"{sql.split(maxsplit=1)[0]} {table[1] if table else ''}".strip()


def test_the_link_in_the_mail_makes_the_account(mailoutbox: list[EmailMessage]) -> None:
    payload = register(" ADA@Example.ORG ", name="Ada Lovelace", locale="de-AT", timezone="Europe/Vienna")
    assert payload == {"email": ADA, "userErrors": []}
    assert not User.objects.filter(email=ADA).exists()
    [message] = delivered(mailoutbox)
    assert message.to == [ADA]
    assert message.subject == "Bestätigen Sie Ihre E-Mail-Adresse"
    assert verify(token_in(message)) == {"email": ADA, "userErrors": []}
    user = User.objects.get(email=ADA)
    assert (user.name, user.locale, user.timezone) == ("Ada Lovelace", "de-AT", "Europe/Vienna")
    assert user.email_verified_at is not None
    assert log_in() == []
    acts = AuditEntry.objects.filter(act__in=["account.register", "account.verify"]).order_by("id")
    assert [entry.actor_id for entry in acts] == [None, user.pk]
    assert ADA not in str(list(AuditEntry.objects.values()))


def test_who_is_not_verified_hears_it_after_the_right_password_only(mailoutbox: list[EmailMessage]) -> None:
    register()
    assert log_in() == [("EMAIL_NOT_VERIFIED", None)]
    assert log_in(password="another walrus sings") == [("INVALID_CREDENTIALS", None)]


def test_who_was_added_by_staff_and_never_verified_does_not_log_in() -> None:
    UserFactory(email=ADA, password=PASSWORD, unverified=True)
    assert log_in(password=PASSWORD) == [("EMAIL_NOT_VERIFIED", None)]
    assert log_in() == [("INVALID_CREDENTIALS", None)]


def test_to_register_and_log_in_tells_nobody_whether_there_is_an_account() -> None:
    UserFactory(email="known@example.org", password=PASSWORD)
    answers = []
    for email in ("known@example.org", "unknown@example.org"):
        register(email)
        answers.append((log_in(email), log_in(email, "another walrus sings")))
    assert answers[0] == answers[1] == ([("EMAIL_NOT_VERIFIED", None)], [("INVALID_CREDENTIALS", None)])


def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work() -> None:
    UserFactory(email="known@example.org", password=PASSWORD)
    UserFactory(email="later@example.org", password=PASSWORD, unverified=True)
    done, answers = [], []
    for email in ("known@example.org", "later@example.org", "nobody@example.org"):
        with work() as counted:
            answers.append(register(email) | {"email": None})
        done.append(counted)
    assert answers[0] == answers[1] == answers[2]
    assert done[0] == done[1] == done[2]
    assert done[0]["hashes"] == 1
    assert done[0]["statements"] == {
        "SAVEPOINT": 1,
        "RELEASE": 1,
        "INSERT accounts_emailtoken": 1,
        "INSERT accounts_auditentry": 1,
        "WITH kernel_outboxevent": 1,
    }


def test_a_log_in_that_fails_is_the_same_work_for_every_address() -> None:
    UserFactory(email="known@example.org", password=PASSWORD)
    UserFactory(email="elsewhere@example.org")
    register("pending@example.org")
    done = []
    for email in ("known@example.org", "elsewhere@example.org", "pending@example.org", "nobody@example.org"):
        with work() as counted:
            assert log_in(email, "another walrus sings") == [("INVALID_CREDENTIALS", None)]
        done.append(counted)
    assert done[0] == done[1] == done[2] == done[3]
    assert done[0]["hashes"] == 2


def test_who_has_an_account_is_told_by_mail(mailoutbox: list[EmailMessage]) -> None:
    user = UserFactory(email=ADA, password=PASSWORD)
    before = user.password
    assert register(name="Mallory") == {"email": ADA, "userErrors": []}
    assert subjects(delivered(mailoutbox)) == [("You have an account already", [ADA])]
    user.refresh_from_db()
    assert user.password == before
    assert user.name != "Mallory"
    assert log_in(password=PASSWORD) == []


def test_nobody_hijacks_an_address_that_its_owner_registers(mailoutbox: list[EmailMessage]) -> None:
    theirs = "mallory picked this one"
    register(password=theirs)
    register()
    register(password=theirs)
    mails = delivered(mailoutbox)
    assert [message.to for message in mails] == [[ADA]] * 3
    # The owner follows the link of the mail that came when they registered.
    assert verify(token_in(mails[1]))["userErrors"] == []
    assert log_in() == []
    assert log_in(password=theirs) == [("INVALID_CREDENTIALS", None)]
    # And the others open nothing any more.
    assert [refusals(verify(token_in(mails[place]))) for place in (0, 2)] == [INVALID_LINK, INVALID_LINK]
    assert log_in(password=theirs) == [("INVALID_CREDENTIALS", None)]


def test_a_link_works_once_and_for_a_day(mailoutbox: list[EmailMessage]) -> None:
    register()
    token = token_in(delivered(mailoutbox)[0])
    row = EmailToken.objects.get()
    assert timedelta(hours=23) < row.expires_at - timezone.now() <= timedelta(hours=24)
    EmailToken.objects.update(expires_at=timezone.now())
    assert refusals(verify(token)) == INVALID_LINK
    EmailToken.objects.update(expires_at=row.expires_at)
    assert verify(token)["userErrors"] == []
    assert refusals(verify(token)) == INVALID_LINK


def test_the_token_stands_nowhere(mailoutbox: list[EmailMessage]) -> None:
    register()
    token = token_in(delivered(mailoutbox)[0])
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("accounts_", "kernel_")):
                cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{token}%"])
                assert cursor.fetchone() == (0,), table


def test_the_link_of_a_reset_verifies_no_registration(mailoutbox: list[EmailMessage]) -> None:
    UserFactory(email=ADA, password=PASSWORD)
    act("passwordReset", {"email": ADA})
    assert refusals(verify(token_in(delivered(mailoutbox)[0]))) == INVALID_LINK


def test_an_account_that_came_meanwhile_is_not_taken_over(mailoutbox: list[EmailMessage]) -> None:
    register()
    token = token_in(delivered(mailoutbox)[0])
    user = UserFactory(email=ADA, password=PASSWORD)
    assert refusals(verify(token)) == [("EMAIL_TAKEN", "token")]
    assert not EmailToken.objects.filter(used_at__isnull=False).exists()
    assert User.objects.get(email=ADA).password == user.password


def test_what_staff_made_is_the_persons_once_they_follow_the_link(mailoutbox: list[EmailMessage]) -> None:
    made = UserFactory(email=ADA, name="Ada", unverified=True)
    register()
    assert verify(token_in(delivered(mailoutbox)[0]))["userErrors"] == []
    assert User.objects.get(email=ADA).pk == made.pk
    assert log_in() == []


def test_what_staff_switched_off_stays_so(mailoutbox: list[EmailMessage]) -> None:
    UserFactory(email=ADA, unverified=True, status=UserStatus.DEACTIVATED)
    register()
    assert refusals(verify(token_in(delivered(mailoutbox)[0]))) == [("EMAIL_TAKEN", "token")]


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 100_000, "\x00", "😀" * 43])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refusals(verify(token)) == INVALID_LINK


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@"}, "email"),
        ({"email": "@example.org"}, "email"),
        ({"email": "ada@exam ple.org"}, "email"),
        ({"email": "ada@example.org\nbcc: all@example.org"}, "email"),
        ({"email": "ada\x00@example.org"}, "email"),
        ({"email": f"{'a' * 300}@example.org"}, "email"),
        ({"email": f"ada@{'a' * 300}.org"}, "email"),
        ({"email": "ada@" + "\u00fc" * 100 + ".org"}, "email"),
        ({"password": "x" * 1025}, "password"),
        ({"password": "a walrus\x00 sings"}, "password"),
        ({"name": "A" * 201}, "name"),
        ({"name": "Ada\x00"}, "name"),
        ({"name": "Ada\nLovelace"}, "name"),
        ({"locale": ""}, "locale"),
        ({"locale": "German"}, "locale"),
        ({"locale": "de_DE"}, "locale"),
        ({"timezone": ""}, "timezone"),
        ({"timezone": "Berlin"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "UTC\x00"}, "timezone"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(input: dict[str, str], field: str) -> None:
    payload = act("accountRegister", {"email": ADA, "password": SECRET, **input}, "email")
    assert payload["email"] is None
    assert refusals(payload) == [("INVALID", field)]
    assert not EmailToken.objects.exists()


@pytest.mark.parametrize(
    "password",
    ["", "short", "123456789", "password123", "1234567890", "qwertyuiop", "ada@example.org", "lovelace-ada", "ﬁve"],
)
def test_a_password_that_is_guessed_easily_is_refused(password: str) -> None:
    payload = register(password=password, name="Ada Lovelace")
    assert refusals(payload) == [("PASSWORD_TOO_WEAK", "password")]
    assert not EmailToken.objects.exists()


@pytest.mark.parametrize(
    "password", ["a b c d e f", "ääääüüüüöö9", "1" * 9 + "x" * 1015, "日本語のパスワードです", "🐘🐘🦊🦊🐳🐳🦉🦉🐝🐝"]
)
def test_any_long_password_is_good(password: str, mailoutbox: list[EmailMessage]) -> None:
    assert register(password=password)["userErrors"] == []
    verify(token_in(delivered(mailoutbox)[0]))
    assert log_in(password=password) == []


def test_a_password_is_the_same_from_every_keyboard(mailoutbox: list[EmailMessage]) -> None:
    register(password="cafe\u0301 au lait, s\u2019il")
    verify(token_in(delivered(mailoutbox)[0]))
    assert log_in(password="caf\u00e9 au lait, s\u2019il") == []


def test_a_password_of_ten_megabytes_is_refused_before_it_is_hashed() -> None:
    response = send(document("accountRegister"), {"input": {"email": ADA, "password": "x" * 10_000_000}}).response
    assert 400 <= response.status < 500 or b'"INVALID"' in response.body
    assert not EmailToken.objects.exists()


def test_half_a_character_is_a_bad_request() -> None:
    query = 'mutation { accountRegister(input: {email: "a@example.org", password: "\\ud800 walrus sings"}) { email } }'
    assert send(query).codes == ["BAD_REQUEST"]


def test_an_address_is_the_same_in_every_spelling_of_its_domain(mailoutbox: list[EmailMessage]) -> None:
    assert register("ada@B\u00fccher.example")["email"] == "ada@xn--bcher-kva.example"
    verify(token_in(delivered(mailoutbox)[0]))
    assert log_in("ada@b\u00fccher.example") == []
    assert log_in("ada@xn--bcher-kva.example") == []


def test_twenty_aliased_log_ins_in_one_document_are_counted_one_by_one() -> None:
    UserFactory(email=ADA, password=PASSWORD)
    fields = " ".join(
        f'a{n}: tokenCreate(input: {{email: "{ADA}", password: "wrong {n}"}}) {{ userErrors {{ code }} }}'
        for n in range(20)
    )
    payloads = send(f"mutation {{ {fields} }}").data
    codes = [payload["userErrors"][0]["code"] for payload in payloads.values()]
    first = throttles.THROTTLES["login"].pair
    assert first is not None
    assert codes == ["INVALID_CREDENTIALS"] * first.most + ["TOO_MANY_ATTEMPTS"] * (20 - first.most)
    # Nor does the right password help now: what guesses is not told when it is near.
    assert log_in(password=PASSWORD) == [("TOO_MANY_ATTEMPTS", None)]


def test_registrations_are_counted_by_account_and_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(throttles.THROTTLES, "register", Throttle(account=Limit(2, 60), address=Limit(4, 60)))
    refused = [("TOO_MANY_ATTEMPTS", None)]

    def registered(email: str, address: str) -> list[tuple[str, str | None]]:
        return refusals(act_from(address, "accountRegister", {"email": email, "password": SECRET}))

    assert [registered(ADA, f"192.0.2.{n}") for n in range(3)] == [[], [], refused]
    assert [registered(f"person{n}@example.org", "192.0.2.9") for n in range(5)] == [[], [], [], [], refused]


def test_a_repeated_registration_sends_one_mail(mailoutbox: list[EmailMessage]) -> None:
    for _ in range(3):
        assert register(idempotencyKey="one") == {"email": ADA, "userErrors": []}
    assert len(delivered(mailoutbox)) == 1
    assert refusals(register(password="another walrus sings", idempotencyKey="one")) == [
        ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
    ]


def test_how_many_statements_each_act_takes_is_known(mailoutbox: list[EmailMessage]) -> None:
    counts: dict[str, int] = {}

    def counted(name: str, input: dict[str, Any], **by: Any) -> None:
        with CaptureQueriesContext(connection) as queries:
            assert act(name, input, **by)["userErrors"] == []
        counts[name] = len(queries)

    counted("accountRegister", {"email": ADA, "password": SECRET})
    counted("accountVerify", {"token": token_in(delivered(mailoutbox)[0])})
    counted("passwordReset", {"email": ADA})
    counted("passwordResetConfirm", {"token": token_in(delivered(mailoutbox)[0]), "password": PASSWORD})
    user = User.objects.get(email=ADA)
    by = {"authorization": f"Bearer {token_for(user)}"}
    send("{ viewer { user { name } } }", **by)
    counted("accountUpdate", {"changes": {"name": "Ada"}}, **by)
    counted("passwordChange", {"presentPassword": PASSWORD, "password": SECRET}, **by)
    counted("emailChange", {"email": "lovelace@example.org"}, **by)
    counted("dataExportRequest", {}, **by)
    counted("accountDeactivate", {}, **by)
    # Savepoints of the test's own transaction among them, and the statement by which a token is believed, which in life
    # comes from the process's memory.
    assert counts == {
        "accountRegister": 5,
        "accountVerify": 9,
        "passwordReset": 5,
        "passwordResetConfirm": 15,
        "accountUpdate": 6,
        "passwordChange": 13,
        "emailChange": 7,
        "dataExportRequest": 9,
        "accountDeactivate": 16,
    }
