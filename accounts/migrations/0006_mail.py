import django.db.models.functions.text
import kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmailSuppression',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(help_text='In lower case.', max_length=254, unique=True)),
                ('reason', models.CharField(choices=[('bounce', 'Its server refused it for good'), ('complaint', 'Whoever reads it called our mail spam'), ('manual', 'Somebody who runs the board put it here')], default='manual', max_length=16)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('detail', models.CharField(blank=True, help_text='What the server or the provider said.', max_length=500)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='suppression_email_is_lower_case'), models.CheckConstraint(condition=models.Q(('reason__in', ['bounce', 'complaint', 'manual'])), name='suppression_reason_is_known')],
            },
        ),
    ]
