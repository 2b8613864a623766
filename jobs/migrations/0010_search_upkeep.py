"""How the search index hears of changes, whatever path wrote them: triggers, once a statement.

What may no longer be shown leaves `job_search` in the transaction that says so. What came or changed is put down in
`search_pending`. A posting's places, skills, pay and rules are put down whatever its state: whoever publishes it at the
same time cannot see them yet, and only the worker, who comes later, can.
"""

from django.db import migrations, models

INDEXABLE = "lifecycle = 'published' AND moderation IN ('clear', 'flagged') AND visibility = 'public'"
SEARCHED = (
    "company_id", "title", "language", "occupation_id", "category_id", "lifecycle", "moderation", "visibility",
    "employment_types", "workplace", "remote_utc_from", "remote_utc_to", "seniority", "education", "benefits", "visa",
    "description_text", "published_at", "expires_at",
)
HANGS_ON_JOBS = ("jobs_joblocation", "jobs_remoteeligibility", "jobs_compensation", "jobs_jobskill")


def of(table, columns):
    return ", ".join(f"{table}.{column}" for column in columns)


FUNCTIONS = [
    f"""
CREATE FUNCTION search_job_inserted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_pending (job_id) SELECT id FROM new_rows WHERE {INDEXABLE};
    RETURN NULL;
END $$""",  # noqa: S608 - our own text, here and below
    f"""
CREATE FUNCTION search_job_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM job_search WHERE job_id IN (SELECT id FROM new_rows WHERE NOT ({INDEXABLE}));
    INSERT INTO search_pending (job_id) SELECT id FROM new_rows n JOIN old_rows o USING (id)
        WHERE n.lifecycle = 'published' AND n.moderation IN ('clear', 'flagged') AND n.visibility = 'public'
        AND ({of("n", SEARCHED)}) IS DISTINCT FROM ({of("o", SEARCHED)});
    RETURN NULL;
END $$""",  # noqa: S608
    """
CREATE FUNCTION search_job_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM job_search WHERE job_id IN (SELECT id FROM old_rows);
    RETURN NULL;
END $$""",
    f"""
CREATE FUNCTION search_company_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM job_search WHERE company_id IN (SELECT id FROM new_rows WHERE status <> 'active');
    INSERT INTO search_pending (job_id) SELECT id FROM jobs_job WHERE {INDEXABLE} AND company_id IN (
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id) WHERE n.status = 'active'
        AND (n.status, n.name, n.size_band, n.verified_at IS NULL)
            IS DISTINCT FROM (o.status, o.name, o.size_band, o.verified_at IS NULL)
    );
    RETURN NULL;
END $$""",  # noqa: S608
    """
CREATE FUNCTION search_part_inserted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_pending (job_id) SELECT DISTINCT job_id FROM new_rows;
    RETURN NULL;
END $$""",
    """
CREATE FUNCTION search_part_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_pending (job_id) SELECT job_id FROM (TABLE new_rows EXCEPT TABLE old_rows) n
        UNION SELECT job_id FROM (TABLE old_rows EXCEPT TABLE new_rows) o;
    RETURN NULL;
END $$""",
    """
CREATE FUNCTION search_part_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_pending (job_id) SELECT DISTINCT job_id FROM old_rows;
    RETURN NULL;
END $$""",
    """
CREATE FUNCTION search_cluster_inserted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_pending (job_id) SELECT job_id FROM new_rows WHERE cluster_id IS NOT NULL;
    RETURN NULL;
END $$""",
    """
CREATE FUNCTION search_cluster_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_pending (job_id) SELECT job_id FROM new_rows n JOIN old_rows o USING (job_id)
        WHERE n.cluster_id IS DISTINCT FROM o.cluster_id;
    RETURN NULL;
END $$""",
    """
CREATE FUNCTION search_cluster_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_pending (job_id) SELECT job_id FROM old_rows WHERE cluster_id IS NOT NULL;
    RETURN NULL;
END $$""",
]

NEW, OLD = "NEW TABLE AS new_rows", "OLD TABLE AS old_rows"
ROWS = {"inserted": ("INSERT", NEW), "updated": ("UPDATE", f"{NEW} {OLD}"), "deleted": ("DELETE", OLD)}
TRIGGERS = [
    (table, f"search_{kind}_{what}", f"AFTER {ROWS[what][0]} ON {table} REFERENCING {ROWS[what][1]}")
    for table, kind, happenings in (
        ("jobs_job", "job", ROWS),
        ("jobs_company", "company", ("updated",)),
        ("jobs_jobfingerprint", "cluster", ROWS),
        *((table, "part", ROWS) for table in HANGS_ON_JOBS),
    )
    for what in happenings
]
MAKE = [
    *FUNCTIONS,
    *(
        f"CREATE TRIGGER {function} {when} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        for _, function, when in TRIGGERS
    ),
]
UNMAKE = [
    *(f"DROP TRIGGER {function} ON {table}" for table, function, _ in TRIGGERS),
    *(f"DROP FUNCTION {function}()" for function in dict.fromkeys(function for _, function, _ in TRIGGERS)),
]


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0009_search'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='searchpending',
            index=models.Index(fields=['job_id'], name='search_pending_job'),
        ),
        migrations.AddIndex(
            model_name='jobsearch',
            index=models.Index(fields=['expires_at'], name='job_search_expiry'),
        ),
        migrations.RunSQL(MAKE, UNMAKE),
    ]
