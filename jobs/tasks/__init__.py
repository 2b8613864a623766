"""Celery's tasks: what runs on a schedule, and what events call for. They call services, and have no rules."""

from jobs.tasks.feed import drain_signals, keep_interactions, learn_cells
from jobs.tasks.files import begin_export, forget_files, look_at_file, resume_exports, write_export
from jobs.tasks.imports import import_due, import_source, refresh_duplicates
from jobs.tasks.jobs import move_jobs, remind_of_ends
from jobs.tasks.limits import LAST_WORDS, LONGEST
from jobs.tasks.mail import mail_domain_lost, mail_domain_proof, mail_invitation
from jobs.tasks.news import (
    tell_applicant,
    tell_export,
    tell_hiring_team,
    tell_mentioned,
    tell_moderators,
    tell_of_end,
    tell_of_job,
    tell_of_step,
    tell_reviewers,
)
from jobs.tasks.pipeline import mail_rejection, release_rejection_mails
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
    "begin_export",
    "drain_signals",
    "forget_files",
    "forget_searches",
    "import_due",
    "import_source",
    "index_changed",
    "index_pending",
    "keep_interactions",
    "learn_cells",
    "load_rates",
    "look_at_file",
    "mail_domain_lost",
    "mail_domain_proof",
    "mail_invitation",
    "mail_rejection",
    "move_jobs",
    "rebuild_vocabulary",
    "recheck_domains",
    "refresh_duplicates",
    "release_rejection_mails",
    "remind_of_ends",
    "resume_exports",
    "tell_applicant",
    "tell_export",
    "tell_hiring_team",
    "tell_mentioned",
    "tell_moderators",
    "tell_of_end",
    "tell_of_job",
    "tell_of_step",
    "tell_reviewers",
    "write_export",
]
