"""The database holds a company's template to what it holds the stages of a job to."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("jobs", "0019_search_words_pending")]

    operations = [
        migrations.AddConstraint(
            "stagetemplate",
            models.UniqueConstraint(fields=["company"], condition=Q(kind="applied"), name="stage_template_one_applied"),
        ),
        migrations.AddConstraint(
            "stagetemplate",
            models.UniqueConstraint(fields=["company"], condition=Q(kind="hired"), name="stage_template_one_hired"),
        ),
        migrations.AddConstraint(
            "stagetemplate",
            models.UniqueConstraint(fields=["company", "name"], name="stage_template_name_is_unique"),
        ),
        migrations.AddConstraint(
            "stagetemplate",
            models.CheckConstraint(condition=~Q(name=""), name="stage_template_has_a_name"),
        ),
    ]
