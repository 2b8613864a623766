import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.CharField(blank=True, help_text='Which file, where the source is a folder.', max_length=200)),
                ('position', models.PositiveIntegerField(help_text='Its line, or its number in a list, from 1; none for a posting that is no longer listed.', null=True)),
                ('fate', models.CharField(choices=[('created', 'A new job'), ('revised', 'Says something else than before'), ('touched', 'Says the same; its dates moved, or it is listed again'), ('unchanged', 'Nothing new'), ('closed', 'No longer listed'), ('skipped', 'No posting'), ('failed', 'Refused, for the stated reason')], max_length=16)),
                ('reference', models.CharField(blank=True, help_text="The source's own id of the posting.", max_length=200)),
                ('changed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, help_text='Fields that differ from before.')),
                ('field', models.CharField(blank=True, help_text='The field that was refused.', max_length=60)),
                ('reason', models.CharField(blank=True, help_text='Why.', max_length=500)),
            ],
        ),
        migrations.RemoveField(
            model_name='importrun',
            name='is_dry_run',
        ),
        migrations.RemoveField(
            model_name='importrun',
            name='rows_updated',
        ),
        migrations.AddField(
            model_name='compensation',
            name='is_guessed',
            field=models.BooleanField(db_default=False, default=False, help_text='Read out of words, or with a currency or period that the posting does not state.'),
        ),
        migrations.AddField(
            model_name='compensation',
            name='text',
            field=models.CharField(blank=True, db_default='', default='', help_text='As the posting says it, where it does so in words.', max_length=200),
        ),
        migrations.AddField(
            model_name='importrun',
            name='is_sync',
            field=models.BooleanField(db_default=False, default=False, help_text='Whether postings that are no longer listed were closed.'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='rows_closed',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='importrun',
            name='rows_revised',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='importrun',
            name='rows_skipped',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='importrun',
            name='rows_touched',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='job',
            name='guessed',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, db_default=[], default=list, help_text='Fields that no source states and that were inferred from title and text.'),
        ),
        migrations.AddField(
            model_name='joblocation',
            name='is_guessed',
            field=models.BooleanField(db_default=False, default=False, help_text="The posting names neither the town's region nor its country, or no place as such."),
        ),
        migrations.AddField(
            model_name='jobskill',
            name='is_guessed',
            field=models.BooleanField(db_default=False, default=False, help_text='The posting mentions it without listing it.'),
        ),
        migrations.AddField(
            model_name='sourceposting',
            name='said',
            field=models.JSONField(db_default={}, default=dict, help_text="The source's own words for what was interpreted, by field."),
        ),
        migrations.AddField(
            model_name='sourceposting',
            name='vanished_at',
            field=models.DateTimeField(help_text='Since when the source lists it no longer.', null=True),
        ),
        migrations.AlterField(
            model_name='sourceposting',
            name='last_run',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.importrun'),
        ),
        migrations.AddIndex(
            model_name='sourceposting',
            index=models.Index(condition=models.Q(('vanished_at', None)), fields=['source'], name='source_posting_listed'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='job',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.job'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='run',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='jobs.importrun'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['run', 'fate', 'position'], name='import_row_by_fate'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.CheckConstraint(condition=models.Q(('fate__in', ['created', 'revised', 'touched', 'unchanged', 'closed', 'skipped', 'failed'])), name='import_row_fate_is_known'),
        ),
    ]
