import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("jobs", "0005_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="By which imports know it: that of its runs and of what it lists.", max_length=200, unique=True)),
                ("title", models.CharField(blank=True, help_text="What readers see beside its postings: Remote OK.", max_length=100)),
                ("homepage", models.URLField(blank=True, help_text="Where that leads them. Many sources ask for a link back.", max_length=500)),
                ("location", models.CharField(help_text="The address of the document. It may hold a key.", max_length=2000)),
                ("format", models.CharField(help_text="How the document is to be read.", max_length=30)),
                ("company", models.CharField(blank=True, help_text="The employer of postings that name none.", max_length=200)),
                ("country", models.ForeignKey(blank=True, help_text="The country of postings that name none.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.country")),
                ("renames", models.JSONField(blank=True, default=dict, help_text='Our names of fields with the source\'s own: {"title": "headline"}.')),
                ("live_days", models.PositiveSmallIntegerField(blank=True, help_text="Postings that have ended are live from now, for so many days. Empty: they stay so.", null=True)),
                ("is_sync", models.BooleanField(default=False, help_text="Whether postings that it lists no longer are closed.")),
                ("interval_minutes", models.PositiveIntegerField(blank=True, help_text="Minutes between two imports, 5 or more. Empty: only when somebody asks for it.", null=True)),
                ("is_active", models.BooleanField(default=True, help_text="Whether anything is imported from it at all.")),
                ("next_run_at", models.DateTimeField(blank=True, editable=False, help_text="When it is imported next.", null=True)),
                ("resync_requested_at", models.DateTimeField(editable=False, help_text="Since when the next import is to read everything, changed or not.", null=True)),
                ("etag", models.CharField(blank=True, editable=False, help_text="By which the source tells whether it has changed.", max_length=500)),
                ("last_modified", models.CharField(blank=True, editable=False, help_text="The same, as a date.", max_length=100)),
                ("succeeded_at", models.DateTimeField(editable=False, help_text="When an import last went well.", null=True)),
                ("failures", models.PositiveIntegerField(default=0, editable=False, help_text="Imports that failed since then.")),
                ("last_error", models.CharField(blank=True, editable=False, help_text="Why the last import failed, and what happens now.", max_length=500)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=~Q(name=""), name="import_source_has_a_name"),
                    models.CheckConstraint(condition=~Q(location="") & ~Q(format=""), name="import_source_can_be_read"),
                    models.CheckConstraint(condition=Q(interval_minutes=None) | Q(interval_minutes__range=(5, 43200)), name="import_source_interval_in_bounds", violation_error_message="The interval is from 5 minutes to 30 days."),
                    models.CheckConstraint(condition=Q(live_days=None) | Q(live_days__range=(1, 3650)), name="import_source_live_days_in_bounds", violation_error_message="The days are from 1 to 3650."),
                ],
            },
        ),
    ]
