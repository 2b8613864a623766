import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0007_teams'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EmployerBlock',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='Experience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('employment', 'Paid work'), ('volunteering', 'Unpaid, for a cause')], default='employment', help_text='Whether it was work for pay.', max_length=16)),
                ('title', models.CharField(blank=True, help_text='What the person was there.', max_length=200)),
                ('organisation', models.CharField(blank=True, help_text='For whom the person worked.', max_length=200)),
                ('place', models.CharField(blank=True, help_text="Where, in the person's words.", max_length=200)),
                ('started_on', models.DateField(blank=True, help_text='The first day of the month; no finer than that is known.', null=True)),
                ('ended_on', models.DateField(blank=True, help_text='The first day of the month; no finer than that is known.', null=True)),
                ('is_current', models.BooleanField(default=False, help_text='The person still works there.')),
                ('summary', models.TextField(blank=True, help_text='What the person did there, in a few sentences.')),
                ('highlights', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=1000), blank=True, default=list, help_text='What is worth telling of it, in lines.')),
                ('beside', models.JSONField(blank=True, default=dict, help_text='Members of the JSON Resume object that it was imported from which the columns could not give back.')),
            ],
        ),
        migrations.CreateModel(
            name='ProfileEducation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('institution', models.CharField(blank=True, help_text='Where the person studied.', max_length=200)),
                ('area', models.CharField(blank=True, help_text='What the person studied.', max_length=200)),
                ('study_type', models.CharField(blank=True, help_text='Towards which degree or certificate.', max_length=200)),
                ('started_on', models.DateField(blank=True, help_text='The first day of the month; no finer than that is known.', null=True)),
                ('ended_on', models.DateField(blank=True, help_text='The first day of the month; no finer than that is known.', null=True)),
                ('score', models.CharField(blank=True, help_text="How well the person did, in the school's own way.", max_length=100)),
                ('courses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, help_text='Courses that are worth telling of.')),
                ('beside', models.JSONField(blank=True, default=dict, help_text='Members of the JSON Resume object that it was imported from which the columns could not give back.')),
            ],
        ),
        migrations.CreateModel(
            name='ProfileLanguage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('tag', models.CharField(help_text='Its BCP 47 tag: `en`, `pt-BR`.', max_length=35)),
                ('level', models.CharField(blank=True, choices=[('a1', 'Says and understands simple things'), ('a2', 'Manages everyday situations'), ('b1', 'Manages most situations at work and on journeys'), ('b2', 'Talks fluently with native speakers about most things'), ('c1', 'Uses it at work with ease'), ('c2', 'Understands and says practically everything'), ('native', 'Grew up with it')], help_text='How well, where known.', max_length=16)),
                ('beside', models.JSONField(blank=True, default=dict, help_text='Members of the JSON Resume object that it was imported from which the columns could not give back.')),
            ],
        ),
        migrations.CreateModel(
            name='ProfileLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('website', "The person's own site"), ('linkedin', 'LinkedIn'), ('xing', 'XING'), ('github', 'GitHub'), ('gitlab', 'GitLab'), ('stack_overflow', 'Stack Overflow'), ('behance', 'Behance'), ('dribbble', 'Dribbble'), ('orcid', 'ORCID'), ('mastodon', 'Mastodon'), ('x', 'X, formerly Twitter'), ('other', 'Something else')], help_text='What it leads to.', max_length=16)),
                ('url', models.URLField(help_text='The address.', max_length=500)),
                ('beside', models.JSONField(blank=True, default=dict, help_text='Members of the JSON Resume object that it was imported from which the columns could not give back.')),
            ],
        ),
        migrations.CreateModel(
            name='SavedJob',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(help_text="The job's title when it was saved.", max_length=300)),
                ('note', models.CharField(blank=True, help_text='What the person wrote to it. Private.', max_length=2000)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now, help_text='Since when.')),
            ],
        ),
        migrations.CreateModel(
            name='WorkAuthorisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('permission', models.CharField(choices=[('citizen', 'By citizenship, also of a country with free movement to it'), ('permit', 'By a permit that allows any employer'), ('needs_sponsorship', 'Only with an employer who sponsors a permit')], help_text='By what right.', max_length=24)),
            ],
        ),
        migrations.AddField(
            model_name='profile',
            name='json_resume',
            field=models.JSONField(blank=True, db_default={}, default=dict, help_text='What of an imported JSON Resume document no column holds.'),
        ),
        migrations.AddField(
            model_name='profile',
            name='notice_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='How many days after an agreement the person can start; 0: at once.', null=True),
        ),
        migrations.AddField(
            model_name='profile',
            name='shown_sections',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('name', "The person's name"), ('summary', 'Headline, summary and seniority'), ('home', 'Where the person lives, and how far is not too far'), ('experience', 'Where the person worked'), ('education', 'What the person studied'), ('skills', 'What the person can do'), ('languages', 'What the person speaks'), ('links', 'Where else the person is found'), ('work_authorisation', 'In which countries the person may work'), ('notice', 'How soon the person can start'), ('preferences', 'What work the person wants')], max_length=24), blank=True, db_default=[], default=list, help_text='What those who find the profile are shown; nothing unless named.'),
        ),
        migrations.AddField(
            model_name='profile',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, help_text='Grows with every change, so that nobody overwrites what they have not read.'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('shown_sections__contained_by', ['name', 'summary', 'home', 'experience', 'education', 'skills', 'languages', 'links', 'work_authorisation', 'notice', 'preferences'])), name='profile_sections_are_known'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('notice_days__isnull', True), ('notice_days__lte', 730), _connector='OR'), name='profile_notice_in_bounds'),
        ),
        migrations.AddField(
            model_name='employerblock',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.company'),
        ),
        migrations.AddField(
            model_name='employerblock',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='employer_blocks', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='experience',
            name='profile',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='experiences', to='jobs.profile'),
        ),
        migrations.AddField(
            model_name='profileeducation',
            name='profile',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='educations', to='jobs.profile'),
        ),
        migrations.AddField(
            model_name='profilelanguage',
            name='profile',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='spoken_languages', to='jobs.profile'),
        ),
        migrations.AddField(
            model_name='profilelink',
            name='profile',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='links', to='jobs.profile'),
        ),
        migrations.AddField(
            model_name='savedjob',
            name='job',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.job'),
        ),
        migrations.AddField(
            model_name='savedjob',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='saved_jobs', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='workauthorisation',
            name='country',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.country'),
        ),
        migrations.AddField(
            model_name='workauthorisation',
            name='profile',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='work_authorisations', to='jobs.profile'),
        ),
        migrations.AddIndex(
            model_name='employerblock',
            index=models.Index(fields=['user', '-created_at', '-id'], name='employer_block_newest'),
        ),
        migrations.AddConstraint(
            model_name='employerblock',
            constraint=models.UniqueConstraint(fields=('user', 'company'), name='employer_block_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='experience',
            constraint=models.UniqueConstraint(fields=('profile', 'position'), name='experience_position_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='experience',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['employment', 'volunteering'])), name='experience_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='experience',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('organisation', ''), _negated=True), _connector='OR'), name='experience_says_something'),
        ),
        migrations.AddConstraint(
            model_name='experience',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('started_on__isnull', True), ('started_on__lte', models.F('ended_on')), _connector='OR'), name='experience_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='experience',
            constraint=models.CheckConstraint(condition=models.Q(('is_current', False), ('ended_on__isnull', True), _connector='OR'), name='experience_current_has_no_end'),
        ),
        migrations.AddConstraint(
            model_name='profileeducation',
            constraint=models.UniqueConstraint(fields=('profile', 'position'), name='profile_education_position_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='profileeducation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('institution', ''), _negated=True), models.Q(('area', ''), _negated=True), models.Q(('study_type', ''), _negated=True), _connector='OR'), name='profile_education_says_something'),
        ),
        migrations.AddConstraint(
            model_name='profileeducation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('started_on__isnull', True), ('started_on__lte', models.F('ended_on')), _connector='OR'), name='profile_education_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='profilelanguage',
            constraint=models.UniqueConstraint(fields=('profile', 'position'), name='profile_language_position_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='profilelanguage',
            constraint=models.UniqueConstraint(fields=('profile', 'tag'), name='profile_language_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='profilelanguage',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['', 'a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'native'])), name='profile_language_level_is_known'),
        ),
        migrations.AddConstraint(
            model_name='profilelink',
            constraint=models.UniqueConstraint(fields=('profile', 'position'), name='profile_link_position_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='profilelink',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['website', 'linkedin', 'xing', 'github', 'gitlab', 'stack_overflow', 'behance', 'dribbble', 'orcid', 'mastodon', 'x', 'other'])), name='profile_link_kind_is_known'),
        ),
        migrations.AddIndex(
            model_name='savedjob',
            index=models.Index(fields=['user', '-saved_at', '-id'], name='saved_job_newest'),
        ),
        migrations.AddConstraint(
            model_name='savedjob',
            constraint=models.UniqueConstraint(fields=('user', 'job'), name='saved_job_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='workauthorisation',
            constraint=models.UniqueConstraint(fields=('profile', 'country'), name='work_authorisation_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='workauthorisation',
            constraint=models.CheckConstraint(condition=models.Q(('permission__in', ['citizen', 'permit', 'needs_sponsorship'])), name='work_authorisation_is_known'),
        ),
        migrations.AlterField(
            model_name='profile',
            name='visibility',
            field=models.CharField(choices=[('private', 'Only the person'), ('recruiters', 'Recruiters of verified companies that the person has not blocked')], default='private', help_text='Who finds the profile.', max_length=16),
        ),
    ]
