"""The names that each taxonomy has for its own occupations. They come with the next `taxonomy_load`."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0020_stage_template_rules")]

    operations = [
        migrations.CreateModel(
            name="OccupationName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("nexus", "The vocabulary that ships with Nexus, and what the operator added"),
                            ("esco", "ESCO, the European Commission's classification of occupations and skills"),
                            ("onet", "O*NET, the occupations and technologies of the U.S. Department of Labor"),
                            ("isco", "ISCO-08, the occupation groups of the International Labour Organization"),
                            ("naics", "NAICS, the North American Industry Classification System"),
                        ],
                        db_default="nexus",
                        default="nexus",
                        help_text="Whose word it is.",
                        max_length=8,
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="jobs.occupationcode",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("code", "name"), name="occupation_name_is_unique")],
            },
        ),
    ]
