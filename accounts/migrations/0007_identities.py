import django.db.models.deletion
from django.db import migrations, models

import kernel.ids


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_mail'),
    ]

    operations = [
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('provider', models.CharField(help_text="The provider's word: `google`.", max_length=64)),
                ('subject', models.CharField(help_text="The person's id there, which never changes.", max_length=255)),
                ('last_used_at', models.DateTimeField(help_text='When the person last signed in with it.')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='accounts.user')),
            ],
            options={
                'verbose_name_plural': 'identities',
                'constraints': [
                    models.UniqueConstraint(fields=('provider', 'subject'), name='identity_is_unique'),
                    models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='identity_has_a_subject'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SignInCode',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code_hash', models.CharField(help_text='SHA-256 of the code, in hexadecimal digits.', max_length=64, unique=True)),
                ('challenge', models.CharField(help_text='SHA-256 of what the client keeps, as RFC 7636 writes it.', max_length=43)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(help_text='When it was exchanged.', null=True)),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='accounts.identity')),
            ],
            options={
                'indexes': [models.Index(fields=['expires_at'], name='sign_in_code_age')],
            },
        ),
    ]
