"""`manage.py demo`: the demo board onto an empty one."""

import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from jobs.demo import profile as demo_profile
from jobs.demo.accounts import ACCOUNTS, Account
from jobs.demo.companies import COMPANIES, DemoCompany
from jobs.demo.postings import postings
from jobs.importers.port import Row
from jobs.importers.run import Plan, import_rows
from jobs.models import Company, Industry, Membership, MembershipRole
from jobs.search.postgres import pending
from jobs.search.postgres.rebuild import rebuild_vocabulary
from jobs.services import description, reference
from jobs.services.incoming import Fate

SOURCE = "demo"


class Command(BaseCommand):
    help = "Fills an empty board with invented companies, postings and accounts. Leaves any other board alone."
    # It needs the tables, not the addresses and the schema that the checks would import first.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=int, default=2000, help="how many postings (2000)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other postings (1)")

    def handle(self, *args: Any, count: int, seed: int, verbosity: int = 1, **options: Any) -> None:
        started = time.perf_counter()
        reference.load()
        # All or nothing: a board that was cut off half way would be neither empty nor a demo.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('nexus.demo'))")
            if Company.objects.exists():
                self.stdout.write("The board has companies already: the demo is not loaded.")
                return
            now = timezone.now()
            _create_companies()
            _create_accounts(now)
            created = self._import(count, seed, now, show=bool(verbosity))
            # Searched as soon as the server is up, whether or not a worker is.
            pending.drain()
            rebuild_vocabulary()
        if verbosity:
            took = time.perf_counter() - started
            self.stdout.write(
                f"Demo board: {len(COMPANIES)} companies, {created:,} postings, {len(ACCOUNTS)} accounts ({took:.1f} s)"
            )

    def _import(self, count: int, seed: int, now: datetime, *, show: bool) -> int:
        """The postings through the door that every other source takes."""
        rows = (Row(number, values) for number, values in enumerate(postings(seed, count, now), start=1))
        account = import_rows(rows, Plan(source=SOURCE, format="jsonl"), now=now)
        for fault in account.faults if show else ():
            self.stderr.write(f"posting {fault.position}, {fault.field}: {fault.reason}")
        return account.fates[Fate.CREATED]


def _create_companies() -> None:
    industries = dict(Industry.objects.values_list("slug", "pk"))
    Company.objects.bulk_create([_company(company, industries) for company in COMPANIES])


def _company(company: DemoCompany, industries: dict[str, int]) -> Company:
    rendered = description.render(company.description, "markdown")
    return Company(
        name=company.name,
        slug=company.slug,
        kind=company.kind,
        website=company.website,
        description_source=company.description,
        description_html=rendered.html,
        description_text=rendered.text,
        size_band=company.size_band,
        industry_id=industries[company.industry],
        headquarters_id=company.headquarters,
        benefits=list(company.benefits),
    )


def _create_accounts(now: datetime) -> None:
    companies = dict(Company.objects.values_list("slug", "pk"))
    for account in ACCOUNTS:
        user = _user(account, now)
        if account.company is not None:
            company_id = companies[account.company]
            Membership.objects.create(user=user, company_id=company_id, role=MembershipRole(account.role))
            # A company that people run gets postings, and is shown profiles, once it has proved who it is.
            Company.objects.filter(pk=company_id).update(verified_at=now)
        if account.role == "seeker" and user.platform_role == account.platform_role:
            demo_profile.make(user)


def _user(account: Account, now: datetime) -> User:
    """The account's user. One who is there already keeps password and role."""
    user = User.objects.filter(email=account.email).first()
    return user or User.objects.create_user(
        account.email,
        account.password,
        name=account.name,
        platform_role=account.platform_role,
        email_verified_at=now,
    )
