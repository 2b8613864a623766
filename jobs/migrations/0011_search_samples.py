from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0010_search_upkeep'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='jobsearch',
            index=models.Index(models.Func('job', function='uuid_hash'), name='job_search_sample'),
        ),
        migrations.AddIndex(
            model_name='searchsuggestion',
            index=models.Index(fields=['kind', 'magnitude', 'folded'], name='search_suggestion_common', opclasses=['varchar_ops', 'int2_ops', 'varchar_pattern_ops']),
        ),
    ]
