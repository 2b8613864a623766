"""What is indexed waits on a list of the index of words, until there is enough of it to be sorted in together.

Only a setting of the index changes: nothing is built anew, and nobody waits.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models.expressions import RawSQL

MARKS = (
    "array_cat(ARRAY['c' || category_id::text, 'w' || workplace, 's' || seniority],"
    " (ARRAY['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16'])"
    "[1:position(B'1' IN uuid_hash(job_id)::bit(32)) - 1])"
)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0018_search_words")]

    operations = [
        migrations.RunSQL(
            "ALTER INDEX job_search_words SET (fastupdate = on)",
            "ALTER INDEX job_search_words SET (fastupdate = off); SELECT gin_clean_pending_list('job_search_words')",
            state_operations=[
                migrations.RemoveIndex("jobsearch", "job_search_words"),
                migrations.AddIndex(
                    "jobsearch",
                    GinIndex(
                        *map(models.F, ("tsv", "head", "place_ids", "countries", "skill_ids", "employment_types")),
                        RawSQL(MARKS, ()),  # noqa: S611 - ours
                        fastupdate=True,
                        name="job_search_words",
                    ),
                ),
            ],
        )
    ]
