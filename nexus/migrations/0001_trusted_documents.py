import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='TrustedDocument',
            fields=[
                ('id', models.CharField(help_text="By which clients name it: its SHA-256, or a manifest's word.", max_length=200, primary_key=True, serialize=False)),
                ('sha256', models.CharField(help_text='SHA-256 of the text in UTF-8, in hexadecimal digits.', max_length=64)),
                ('name', models.CharField(blank=True, help_text='The name of its first operation, where it has one.', max_length=200)),
                ('kind', models.CharField(choices=[('query', 'Query'), ('mutation', 'Mutation'), ('subscription', 'Subscription')], help_text='What its first operation is.', max_length=16)),
                ('text', models.TextField(help_text='The document, as it was published.')),
                ('apps', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), help_text='The apps that publish it now. None: it is withdrawn.')),
                ('version', models.CharField(blank=True, help_text='The release that published it last, in its words.', max_length=64)),
                ('published_at', models.DateTimeField(help_text='Since when it runs.')),
                ('withdrawn_at', models.DateTimeField(help_text='Since when it runs no longer.', null=True)),
                ('changed_at', models.DateTimeField(db_index=True, help_text='When it was last published or withdrawn.')),
                ('uses', models.PositiveBigIntegerField(db_default=0, default=0, help_text='Requests for it, counted once a minute.')),
                ('last_used_at', models.DateTimeField(help_text='When the last of them was counted.', null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['query', 'mutation', 'subscription'])), name='trusted_document_kind_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('id', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='trusted_document_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('apps', []), ('withdrawn_at__isnull', False)), models.Q(models.Q(('apps', []), _negated=True), ('withdrawn_at', None)), _connector='OR'), name='trusted_document_runs_for_an_app')],
            },
        ),
    ]
