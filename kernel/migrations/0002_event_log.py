import django.db.models.fields.json
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # The table is written to at every act; nobody has to wait for the index.
    atomic = False

    dependencies = [
        ('kernel', '0001_outbox'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='outboxevent',
            index=models.Index(django.db.models.fields.json.KeyTextTransform('company_id', 'payload'), models.OrderBy(models.F('seq'), descending=True), name='outbox_event_of_company'),
        ),
    ]
