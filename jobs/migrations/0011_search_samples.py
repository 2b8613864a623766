import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0010_search_upkeep'),
    ]

    operations = [
        migrations.AddField(
            model_name='searchsuggestion',
            name='magnitude',
            field=models.SmallIntegerField(default=0, help_text="That number's logarithm to base 4."),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='searchsuggestion',
            name='witnesses',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, help_text='Some of these jobs; without one that is live it is not shown.', size=None),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='jobsearch',
            index=models.Index(models.Func('job', function='uuid_hash'), name='job_search_sample'),
        ),
        migrations.AddIndex(
            model_name='searchsuggestion',
            index=models.Index(fields=['kind', 'magnitude', 'folded'], name='search_suggestion_common', opclasses=['varchar_ops', 'int2_ops', 'varchar_pattern_ops']),
        ),
    ]
