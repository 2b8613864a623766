import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("jobs", "0003_taxonomies"),
    ]

    operations = [
        migrations.CreateModel(
            name='DuplicateCluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('leader', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.job')),
            ],
        ),
        migrations.CreateModel(
            name='DuplicateVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job_a', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.job')),
                ('job_b', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.job')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('job_a', 'job_b'), name='duplicate_verdict_is_unique'), models.CheckConstraint(condition=models.Q(('job_a__lt', models.F('job_b'))), name='duplicate_verdict_in_order')],
            },
        ),
        migrations.CreateModel(
            name='JobFingerprint',
            fields=[
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='fingerprint', serialize=False, to='jobs.job')),
                ('content_hash', models.CharField(blank=True, help_text='That of the job when this was made.', max_length=64)),
                ('bands', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, help_text='Keys that duplicates are likely to share; empty for those who follow another in a cluster.')),
                ('cluster', models.ForeignKey(db_index=False, help_text='None: no twin.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='fingerprints', to='jobs.duplicatecluster')),
            ],
            options={
                'indexes': [models.Index(fields=['cluster', 'job'], name='job_fingerprint_by_cluster'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['bands'], name='job_fingerprint_bands')],
            },
        ),
    ]
