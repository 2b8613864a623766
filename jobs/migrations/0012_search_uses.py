from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0011_search_samples'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on_date', models.DateField(help_text='The day, in UTC.')),
                ('text', models.CharField(blank=True, help_text='What was written, folded and cut, without e-mail addresses, telephone numbers and long numbers.', max_length=100)),
                ('filters', models.CharField(blank=True, help_text='Names of the filters that were set, not values.', max_length=200)),
                ('found', models.CharField(choices=[('none', 'Nothing'), ('few', 'Less than ten jobs'), ('many', 'Ten jobs or more')], help_text='How much it found.', max_length=8)),
                ('searches', models.PositiveIntegerField(help_text='How often it was searched for.')),
                ('corrected', models.PositiveIntegerField(help_text='How often mistakes of spelling were corrected.')),
                ('broadened', models.PositiveIntegerField(help_text='How often few jobs fitted, and others followed that fit less.')),
                ('milliseconds', models.PositiveBigIntegerField(help_text='How long all of them took.')),
                ('slowest', models.PositiveIntegerField(help_text='How many milliseconds the slowest took.')),
            ],
            options={
                'verbose_name': 'search',
                'verbose_name_plural': 'searches',
                'db_table': 'search_use',
                'constraints': [models.UniqueConstraint(fields=('on_date', 'text', 'filters', 'found'), name='search_use_is_unique'), models.CheckConstraint(condition=models.Q(('found__in', ['none', 'few', 'many'])), name='search_use_found_is_known'), models.CheckConstraint(condition=models.Q(('searches__gt', 0)), name='search_use_has_searches')],
            },
        ),
    ]
