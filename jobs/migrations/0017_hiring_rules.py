"""What the tables of hiring cannot say as constraints of single rows.

The steps of the state machines (`jobs.machines`), a stage that is the job's own, and rows that only ever come to be.
"""

from django.db import migrations

MOVES = ["""
CREATE OR REPLACE FUNCTION job_lifecycle_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.lifecycle, NEW.lifecycle) NOT IN (('approved', 'draft'), ('approved', 'published'), ('approved', 'scheduled'), ('closed', 'archived'), ('closed', 'expired'), ('closed', 'published'), ('draft', 'in_review'), ('draft', 'published'), ('draft', 'scheduled'), ('expired', 'closed'), ('expired', 'published'), ('in_review', 'approved'), ('in_review', 'draft'), ('paused', 'closed'), ('paused', 'expired'), ('paused', 'published'), ('published', 'closed'), ('published', 'expired'), ('published', 'paused'), ('scheduled', 'approved'), ('scheduled', 'closed'), ('scheduled', 'draft'), ('scheduled', 'published')) THEN
        RAISE EXCEPTION 'jobs_job.lifecycle does not go from % to %', OLD.lifecycle, NEW.lifecycle
            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_lifecycle_moves';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER job_lifecycle_moves BEFORE UPDATE OF lifecycle ON jobs_job FOR EACH ROW
    WHEN (OLD.lifecycle IS DISTINCT FROM NEW.lifecycle) EXECUTE FUNCTION job_lifecycle_moves();""",
    """
CREATE OR REPLACE FUNCTION job_moderation_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.moderation, NEW.moderation) NOT IN (('clear', 'flagged'), ('clear', 'frozen'), ('flagged', 'clear'), ('flagged', 'frozen'), ('frozen', 'clear'), ('frozen', 'removed')) THEN
        RAISE EXCEPTION 'jobs_job.moderation does not go from % to %', OLD.moderation, NEW.moderation
            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_moderation_moves';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER job_moderation_moves BEFORE UPDATE OF moderation ON jobs_job FOR EACH ROW
    WHEN (OLD.moderation IS DISTINCT FROM NEW.moderation) EXECUTE FUNCTION job_moderation_moves();""",
    """
CREATE OR REPLACE FUNCTION application_status_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.status, NEW.status) NOT IN (('active', 'hired'), ('active', 'rejected'), ('active', 'transferred'), ('active', 'withdrawn'), ('hired', 'active'), ('hired', 'anonymised'), ('rejected', 'active'), ('rejected', 'anonymised'), ('rejected', 'withdrawn'), ('transferred', 'anonymised'), ('withdrawn', 'anonymised')) THEN
        RAISE EXCEPTION 'jobs_application.status does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_status_moves';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER application_status_moves BEFORE UPDATE OF status ON jobs_application FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION application_status_moves();""",
]
FORGET_MOVES = [
    "DROP TRIGGER job_lifecycle_moves ON jobs_job; DROP FUNCTION job_lifecycle_moves()",
    "DROP TRIGGER job_moderation_moves ON jobs_job; DROP FUNCTION job_moderation_moves()",
    "DROP TRIGGER application_status_moves ON jobs_application; DROP FUNCTION application_status_moves()",
]
STAGE_OF_JOB = """
ALTER TABLE jobs_application ADD CONSTRAINT application_stage_is_of_its_job
    FOREIGN KEY (job_id, stage_id) REFERENCES jobs_stage (job_id, id) DEFERRABLE INITIALLY DEFERRED"""
FORGET_STAGE_OF_JOB = "ALTER TABLE jobs_application DROP CONSTRAINT application_stage_is_of_its_job"
# Who did it may be forgotten, and a comment with it; what was done stays as it was.
APPEND_ONLY = """
CREATE FUNCTION jobs_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% only ever comes to be', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER application_transition_append_only BEFORE UPDATE OF application_id, seq, act, from_status, to_status,
    from_kind, to_kind, from_name, to_name, reason, at, seconds_in_stage ON jobs_applicationtransition
    FOR EACH ROW EXECUTE FUNCTION jobs_append_only();
CREATE TRIGGER form_version_append_only BEFORE UPDATE OF job_id, number, questions, created_at ON jobs_formversion
    FOR EACH ROW EXECUTE FUNCTION jobs_append_only();
"""
FORGET_APPEND_ONLY = """
DROP TRIGGER application_transition_append_only ON jobs_applicationtransition;
DROP TRIGGER form_version_append_only ON jobs_formversion;
DROP FUNCTION jobs_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0016_hiring")]

    operations = [
        *(migrations.RunSQL([there], [back]) for there, back in zip(MOVES, FORGET_MOVES, strict=True)),
        migrations.RunSQL([STAGE_OF_JOB], [FORGET_STAGE_OF_JOB]),
        migrations.RunSQL([APPEND_ONLY], [FORGET_APPEND_ONLY]),
    ]
