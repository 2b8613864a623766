"""Celery's tasks: what runs on a schedule, and what events call for. They call services, and have no rules."""

from jobs.tasks.feed import drain_signals, keep_interactions, learn_cells
from jobs.tasks.imports import import_due, import_source, refresh_duplicates
from jobs.tasks.limits import LAST_WORDS, LONGEST
from jobs.tasks.mail import mail_domain_lost, mail_domain_proof, mail_invitation
from jobs.tasks.upkeep import (
    forget_searches,
    index_changed,
    index_pending,
    load_rates,
    rebuild_vocabulary,
    recheck_domains,
)

__all__ = [
    "LAST_WORDS",
    "LONGEST",
    "drain_signals",
    "forget_searches",
    "import_due",
    "import_source",
    "index_changed",
    "index_pending",
    "keep_interactions",
    "learn_cells",
    "load_rates",
    "mail_domain_lost",
    "mail_domain_proof",
    "mail_invitation",
    "rebuild_vocabulary",
    "recheck_domains",
    "refresh_duplicates",
]
