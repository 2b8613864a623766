"""The search engine's tables: made from others, and never the truth. `manage.py search_rebuild` makes them anew."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from jobs.models.company import Company
from jobs.models.job import Job


def _words() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.TextField(), default=list, db_default=[])


def _keys() -> "ArrayField[list[int], list[int]]":
    return ArrayField(models.IntegerField(), default=list, db_default=[])


LEVELS = 16
MARKS = (
    "array_cat(ARRAY['c' || {0}category_id::text, 'w' || {0}workplace, 's' || {0}seniority],"
    f" (ARRAY[{', '.join(f"'{level}'" for level in range(1, LEVELS + 1))}])"
    "[1:position(B'1' IN uuid_hash({0}job_id)::bit(32)) - 1])"
)
"""What a row is marked with for the index, as SQL: its category, workplace and seniority; and levels, of which half of
all rows have the first, whatever they say, half of these the second, and so on. `{0}` is the table's alias and a dot.
"""


class JobSearch(models.Model):
    """What search needs of one live, public job, in one narrow row.

    A job that is no longer to be shown leaves at once, whoever changed it: triggers of the database see to it. One
    that came or changed is written by whoever calls `index`, or by the worker from `SearchPending`. Time alone makes
    no row come or go: `published_at` and `expires_at` are asked in each query.
    """

    job = models.OneToOneField(Job, primary_key=True, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    published_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    language = models.CharField(max_length=10)
    category_id = models.IntegerField(null=True)
    occupation_id = models.IntegerField(null=True)
    workplace = models.CharField(max_length=16, blank=True)
    seniority = models.CharField(max_length=16, blank=True)
    education = models.CharField(max_length=16, blank=True)
    employment_types = _words()
    place_ids = _keys()
    countries = _words()
    remote_allowed = ArrayField(models.TextField(), default=list, db_default=[], help_text="Empty: from anywhere.")
    remote_denied = _words()
    remote_utc_from = models.SmallIntegerField(null=True)
    remote_utc_to = models.SmallIntegerField(null=True)
    skill_ids = _keys()
    required_skill_ids = _keys()
    pay_currency = models.CharField(max_length=3, blank=True, help_text="Of the base pay; empty where none is said.")
    pay_top_minor = models.BigIntegerField(null=True, help_text="A year's, at most, in the currency's minor units.")
    pay_common = models.BigIntegerField(
        null=True,
        help_text="The same in cents of the common currency, by the newest exchange rate when it was indexed.",
    )
    benefits = _words()
    visa = models.CharField(max_length=16, blank=True)
    company_size = models.CharField(max_length=16, blank=True)
    is_company_verified = models.BooleanField(default=False)
    title_key = models.BigIntegerField(help_text="Hash of the title's words: equal titles have equal keys.")
    title_length = models.SmallIntegerField(help_text="Words of the title.")
    likeness = models.BigIntegerField(help_text="Equal for postings that say the same over again.")
    head = SearchVectorField(help_text="Title (A), skills (B), company (C), concepts as lexemes o:1 and s:1 (D).")
    tsv = SearchVectorField(help_text="The head, and the text (D).")

    class Meta:
        db_table = "job_search"
        indexes = [
            # One for words and filters: what several of its columns ask for is intersected in the index, from entry to
            # entry of whatever is rarest, before any row is read. A posting has 170 entries: they wait on a list, which
            # every search reads, until there are enough of them to be sorted in together; how many is enough, whoever
            # writes says (`jobs.search.postgres.document`).
            GinIndex(
                *("tsv", "head", "place_ids", "countries", "skill_ids", "employment_types"),
                RawSQL(MARKS.format(""), ()),  # noqa: S611 - ours
                fastupdate=True,
                name="job_search_words",
            ),
            models.Index(fields=["-published_at", "-job"], name="job_search_newest"),
            models.Index(fields=["category_id", "-published_at", "-job"], name="job_search_in_category"),
            models.Index(fields=["company", "-published_at", "-job"], name="job_search_of_company"),
            models.Index(F("pay_common").desc(nulls_last=True), F("job").desc(), name="job_search_best_paid"),
            models.Index(fields=["title_key"], name="job_search_title"),
            models.Index(fields=["expires_at"], name="job_search_expiry"),
        ]

    def __str__(self) -> str:
        return str(self.job_id)


class SearchPending(models.Model):
    """A job that changed and has yet to be indexed. Append-only, filled by triggers; the worker takes rows away.

    A job may stand here many times: a row is only seen once what it tells of has been committed, so whoever takes it
    and then reads the job reads that, or later.
    """

    job_id = models.UUIDField()
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "search_pending"
        indexes = [models.Index(fields=["job_id"], name="search_pending_job")]


class SearchTerm(models.Model):
    """A word of what is searched, and how many of the live jobs have it.

    Who began to read results before the words were counted anew goes on by what had been counted then. A word that no
    job has any more stays until the next count.
    """

    term = models.CharField(primary_key=True, max_length=60)
    jobs = models.PositiveIntegerField(help_text="How many live jobs have it in title, skills or company.")
    jobs_before = models.PositiveIntegerField(db_default=0, help_text="How many had it until `since`.")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "search_term"


class SearchDelete(models.Model):
    """A term with letters left out, by which words with mistakes find it (SymSpell)."""

    deleted = models.CharField(max_length=60)
    term = models.CharField(max_length=60)

    class Meta:
        db_table = "search_delete"
        constraints = [models.UniqueConstraint(fields=["deleted", "term"], name="search_delete_is_unique")]


class SearchSuggestion(models.Model):
    """A title, skill, company or place of live jobs, by the words that lead to it."""

    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=40, help_text="The row's key; of a title, its `title_key`.")
    text = models.CharField(max_length=300, help_text="As it is shown.")
    folded = models.CharField(max_length=300, help_text="Its words, parted by spaces.")
    jobs = models.PositiveIntegerField(help_text="How many live jobs have it.")
    magnitude = models.SmallIntegerField(help_text="That number's logarithm to base 4.")
    witnesses = ArrayField(
        models.UUIDField(), help_text="Some of these jobs; without one that is live it is not shown."
    )

    class Meta:
        db_table = "search_suggestion"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "folded"], name="search_suggestion_is_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=["title", "skill", "company", "place"]), name="search_suggestion_kind_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["folded"], name="search_suggestion_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["kind", "magnitude", "folded"],
                name="search_suggestion_common",
                opclasses=["varchar_ops", "int2_ops", "varchar_pattern_ops"],
            ),
        ]


class SearchSynonym(models.Model):
    """Words that stand for other words: abbreviations and other names, from our table and from what operators add."""

    folded = models.CharField(max_length=120, help_text="What is asked, as `words_of` cuts it, parted by spaces.")
    stands_for = models.CharField(max_length=120, help_text="What is looked for as well, cut alike.")
    weight = models.FloatField(help_text="From 0 to 1: how much finding it counts beside what was asked.")
    is_ours = models.BooleanField(default=True, db_default=True, help_text="Came with Nexus, and goes with it.")

    class Meta:
        db_table = "search_synonym"
        constraints = [
            models.UniqueConstraint(fields=["folded", "stands_for"], name="search_synonym_is_unique"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="search_synonym_weight_in_bounds"),
        ]
