import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0002_imports'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndustryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='The taxonomy.', max_length=8)),
                ('code', models.CharField(help_text="Its identifier there: ESCO's UUID, a code of O*NET, ISCO-08 or NAICS, a technology's name in O*NET.", max_length=200)),
                ('title', models.CharField(blank=True, help_text='Its name there, where known.', max_length=200)),
                ('is_retired', models.BooleanField(db_default=False, default=False, help_text='No longer in the edition of its taxonomy that was loaded last; kept for what points at it.')),
            ],
        ),
        migrations.CreateModel(
            name='OccupationCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='The taxonomy.', max_length=8)),
                ('code', models.CharField(help_text="Its identifier there: ESCO's UUID, a code of O*NET, ISCO-08 or NAICS, a technology's name in O*NET.", max_length=200)),
                ('title', models.CharField(blank=True, help_text='Its name there, where known.', max_length=200)),
                ('is_retired', models.BooleanField(db_default=False, default=False, help_text='No longer in the edition of its taxonomy that was loaded last; kept for what points at it.')),
            ],
        ),
        migrations.CreateModel(
            name='OccupationLabel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=120)),
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name='OccupationSkill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relevance', models.CharField(choices=[('essential', 'Part of the occupation wherever it is practised'), ('optional', 'Depends on the employer and on the speciality')], help_text='How much of the occupation the skill is.', max_length=16)),
                ('is_hot', models.BooleanField(db_default=False, default=False, help_text='O*NET calls it a hot technology: employers often name it in their postings.')),
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name='RelatedOccupation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(help_text='1 is the closest.')),
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name='SkillCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='The taxonomy.', max_length=8)),
                ('code', models.CharField(help_text="Its identifier there: ESCO's UUID, a code of O*NET, ISCO-08 or NAICS, a technology's name in O*NET.", max_length=200)),
                ('title', models.CharField(blank=True, help_text='Its name there, where known.', max_length=200)),
                ('is_retired', models.BooleanField(db_default=False, default=False, help_text='No longer in the edition of its taxonomy that was loaded last; kept for what points at it.')),
            ],
        ),
        migrations.CreateModel(
            name='SkillLabel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=120)),
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name='TaxonomyEdition',
            fields=[
                ('scheme', models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], max_length=8, primary_key=True, serialize=False)),
                ('fingerprint', models.CharField(max_length=200)),
                ('loaded_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AddField(
            model_name='industry',
            name='is_retired',
            field=models.BooleanField(db_default=False, default=False, help_text='No longer in the edition of its taxonomy that was loaded last; kept for what points at it.'),
        ),
        migrations.AddField(
            model_name='industry',
            name='parent',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='jobs.industry'),
        ),
        migrations.AddField(
            model_name='industry',
            name='scheme',
            field=models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8),
        ),
        migrations.AddField(
            model_name='occupation',
            name='is_retired',
            field=models.BooleanField(db_default=False, default=False, help_text='No longer in the edition of its taxonomy that was loaded last; kept for what points at it.'),
        ),
        migrations.AddField(
            model_name='occupation',
            name='preparation',
            field=models.PositiveSmallIntegerField(blank=True, help_text="How much preparation it takes, by O*NET's job zones: from 1, little or none, to 5, extensive.", null=True),
        ),
        migrations.AddField(
            model_name='occupation',
            name='scheme',
            field=models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8),
        ),
        migrations.AddField(
            model_name='occupationterm',
            name='scheme',
            field=models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8),
        ),
        migrations.AddField(
            model_name='skill',
            name='is_retired',
            field=models.BooleanField(db_default=False, default=False, help_text='No longer in the edition of its taxonomy that was loaded last; kept for what points at it.'),
        ),
        migrations.AddField(
            model_name='skill',
            name='scheme',
            field=models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8),
        ),
        migrations.AddField(
            model_name='skillalias',
            name='scheme',
            field=models.CharField(choices=[('nexus', 'The vocabulary that ships with Nexus, and what the operator added'), ('esco', "ESCO, the European Commission's classification of occupations and skills"), ('onet', 'O*NET, the occupations and technologies of the U.S. Department of Labor'), ('isco', 'ISCO-08, the occupation groups of the International Labour Organization'), ('naics', 'NAICS, the North American Industry Classification System')], db_default='nexus', default='nexus', help_text='Whose word it is.', max_length=8),
        ),
        migrations.AlterField(
            model_name='occupationterm',
            name='is_abbreviation',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name='skill',
            index=models.Index(fields=['name', 'id'], name='skill_name'),
        ),
        migrations.AddConstraint(
            model_name='occupation',
            constraint=models.CheckConstraint(condition=models.Q(('preparation__isnull', True), ('preparation__range', (1, 5)), _connector='OR'), name='occupation_preparation_is_known'),
        ),
        migrations.AddField(
            model_name='industrycode',
            name='industry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='jobs.industry'),
        ),
        migrations.AddField(
            model_name='occupationcode',
            name='occupation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='jobs.occupation'),
        ),
        migrations.AddField(
            model_name='occupationlabel',
            name='occupation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='jobs.occupation'),
        ),
        migrations.AddField(
            model_name='occupationskill',
            name='occupation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skills', to='jobs.occupation'),
        ),
        migrations.AddField(
            model_name='occupationskill',
            name='skill',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occupations', to='jobs.skill'),
        ),
        migrations.AddField(
            model_name='relatedoccupation',
            name='occupation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='jobs.occupation'),
        ),
        migrations.AddField(
            model_name='relatedoccupation',
            name='related',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.occupation'),
        ),
        migrations.AddField(
            model_name='skillcode',
            name='skill',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='jobs.skill'),
        ),
        migrations.AddField(
            model_name='skilllabel',
            name='skill',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='jobs.skill'),
        ),
        migrations.AddConstraint(
            model_name='industrycode',
            constraint=models.UniqueConstraint(fields=('scheme', 'code'), name='industry_code_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='occupationcode',
            constraint=models.UniqueConstraint(fields=('scheme', 'code', 'occupation'), name='occupation_code_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='occupationcode',
            constraint=models.UniqueConstraint(condition=models.Q(('scheme', 'isco'), _negated=True), fields=('scheme', 'code'), name='occupation_code_has_one_meaning'),
        ),
        migrations.AddIndex(
            model_name='occupationlabel',
            index=models.Index(fields=['label'], name='occupation_label_prefix', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='occupationlabel',
            constraint=models.UniqueConstraint(fields=('occupation', 'label', 'scheme'), name='occupation_label_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='occupationskill',
            constraint=models.UniqueConstraint(fields=('occupation', 'skill', 'scheme'), name='occupation_skill_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='relatedoccupation',
            constraint=models.UniqueConstraint(fields=('occupation', 'related', 'scheme'), name='related_occupation_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='relatedoccupation',
            constraint=models.CheckConstraint(condition=models.Q(('occupation', models.F('related')), _negated=True), name='related_occupation_is_another'),
        ),
        migrations.AddConstraint(
            model_name='skillcode',
            constraint=models.UniqueConstraint(fields=('scheme', 'code'), name='skill_code_is_unique'),
        ),
        migrations.AddIndex(
            model_name='skilllabel',
            index=models.Index(fields=['label'], name='skill_label_prefix', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='skilllabel',
            constraint=models.UniqueConstraint(fields=('skill', 'label', 'scheme'), name='skill_label_is_unique'),
        ),
    ]
