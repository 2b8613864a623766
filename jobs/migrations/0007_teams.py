from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0006_import_sources'),
        ('accounts', '0002_audit'),
    ]

    operations = [
    ]
