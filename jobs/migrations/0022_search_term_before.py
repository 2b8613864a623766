"""What was counted of a word before it was counted last, for who goes on reading results of then."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("jobs", "0021_occupation_names")]

    operations = [
        migrations.AddField(
            model_name="searchterm",
            name="jobs_before",
            field=models.PositiveIntegerField(db_default=0, help_text="How many had it until `since`."),
        ),
        migrations.AddField(
            model_name="searchterm",
            name="since",
            field=models.DateTimeField(db_default=Now()),
        ),
    ]
