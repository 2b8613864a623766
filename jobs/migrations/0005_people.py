import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import kernel.ids
from django.conf import settings
from django.db import migrations, models

# Django has no word for a partitioned table. Names, columns and constraints are those it would have made.
EVENTS = """
CREATE TABLE jobs_interactionevent (
    id uuid NOT NULL,
    kind varchar(16) NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    job_id uuid NOT NULL,
    user_id uuid NULL,
    CONSTRAINT interaction_event_pk PRIMARY KEY (id, occurred_at),
    CONSTRAINT interaction_event_kind_is_known
        CHECK (kind IN ('impression', 'view', 'save', 'apply_click', 'apply', 'hide')),
    CONSTRAINT interaction_event_job FOREIGN KEY (job_id) REFERENCES jobs_job (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT interaction_event_user FOREIGN KEY (user_id) REFERENCES accounts_user (id) DEFERRABLE INITIALLY DEFERRED
) PARTITION BY RANGE (occurred_at);
CREATE INDEX interaction_event_of_user ON jobs_interactionevent (user_id, occurred_at DESC) WHERE user_id IS NOT NULL;
CREATE INDEX interaction_event_of_job ON jobs_interactionevent (job_id, kind, occurred_at);
CREATE TABLE jobs_interactionevent_default PARTITION OF jobs_interactionevent DEFAULT;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0004_duplicates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('headline', models.CharField(blank=True, help_text='What the person does, in a line.', max_length=200)),
                ('summary', models.TextField(blank=True, help_text='What the person does, in a few sentences.')),
                ('radius_km', models.PositiveSmallIntegerField(blank=True, help_text='How far from home, in kilometres; none: anywhere in the country.', null=True)),
                ('seniority', models.CharField(blank=True, choices=[('intern', 'Still learning'), ('entry', 'No experience needed'), ('mid', 'Some years of experience'), ('senior', 'Much experience'), ('lead', 'Leads others'), ('executive', 'Leads the organisation or a large part of it')], help_text='Where the person stands.', max_length=16)),
                ('workplaces', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('on_site', 'Where the employer is'), ('hybrid', 'Partly where the employer is'), ('remote', 'From anywhere that the posting allows')], max_length=16), blank=True, default=list, help_text='Where the person would work; none named: all the same.')),
                ('employment_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('full_time', 'A full working week'), ('part_time', 'Part of a working week'), ('contract', 'As a contractor or freelancer'), ('temporary', 'For a limited time'), ('internship', 'As an intern'), ('apprenticeship', 'To learn a trade'), ('volunteer', 'Unpaid, for a cause')], max_length=16), blank=True, default=list, help_text='On what terms the person would work; none named: all the same.')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, help_text='BCP 47 tags of languages to work in.')),
                ('salary_floor_minor', models.BigIntegerField(blank=True, help_text='Least pay, in minor units. Private.', null=True)),
                ('salary_floor_period', models.CharField(blank=True, choices=[('hour', 'An hour'), ('day', 'A day'), ('week', 'A week'), ('month', 'A month'), ('year', 'A year'), ('once', 'Nothing: paid once')], help_text='What span of work the floor pays for. Private.', max_length=16)),
                ('is_open', models.BooleanField(default=False, help_text='Open to offers.')),
                ('visibility', models.CharField(choices=[('private', 'Only the person'), ('recruiters', 'Recruiters of companies that the person has not excluded')], default='private', help_text='Who finds the profile.', max_length=16)),
                ('categories', models.ManyToManyField(blank=True, help_text='Wanted fields of work.', related_name='+', to='jobs.category')),
                ('home', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.place')),
                ('occupations', models.ManyToManyField(blank=True, help_text='Wanted kinds of work.', related_name='+', to='jobs.occupation')),
                ('salary_floor_currency', models.ForeignKey(blank=True, help_text='Private.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.currency')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='profile', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ProfileSkill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(blank=True, help_text='From 1, basic, to 5, expert.', null=True)),
                ('years', models.PositiveSmallIntegerField(blank=True, help_text='Years of practice.', null=True)),
                ('profile', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='profile_skills', to='jobs.profile')),
                ('skill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profile_skills', to='jobs.skill')),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(EVENTS, 'DROP TABLE jobs_interactionevent')],
            state_operations=[
                migrations.CreateModel(
                    name='InteractionEvent',
                    fields=[
                        ('pk', models.CompositePrimaryKey('id', 'occurred_at', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False)),
                        ('kind', models.CharField(choices=[('impression', 'Was shown it in a list'), ('view', 'Opened it'), ('save', 'Kept it for later'), ('apply_click', 'Went on to apply'), ('apply', 'Applied'), ('hide', 'Does not want to see it again')], help_text='What was done.', max_length=16)),
                        ('occurred_at', models.DateTimeField(default=django.utils.timezone.now, help_text='When.')),
                        ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='jobs.job')),
                        ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('user__isnull', False)), fields=['user', '-occurred_at'], name='interaction_event_of_user'), models.Index(fields=['job', 'kind', 'occurred_at'], name='interaction_event_of_job')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['impression', 'view', 'save', 'apply_click', 'apply', 'hide'])), name='interaction_event_kind_is_known')],
                    },
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('seniority__in', ['', 'intern', 'entry', 'mid', 'senior', 'lead', 'executive'])), name='profile_seniority_is_known'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('visibility__in', ['private', 'recruiters'])), name='profile_visibility_is_known'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('workplaces__contained_by', ['on_site', 'hybrid', 'remote'])), name='profile_workplaces_are_known'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('employment_types__contained_by', ['full_time', 'part_time', 'contract', 'temporary', 'internship', 'apprenticeship', 'volunteer'])), name='profile_employment_types_are_known'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('radius_km__isnull', True), ('radius_km__range', (1, 1000)), _connector='OR'), name='profile_radius_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('salary_floor_currency__isnull', True), ('salary_floor_minor__isnull', True), ('salary_floor_period', '')), models.Q(('salary_floor_currency__isnull', False), ('salary_floor_minor__isnull', False), ('salary_floor_minor__range', (0, 1000000000000000)), ('salary_floor_period__in', ['hour', 'day', 'week', 'month', 'year'])), _connector='OR'), name='profile_salary_floor_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='profileskill',
            constraint=models.UniqueConstraint(fields=('profile', 'skill'), name='profile_skill_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='profileskill',
            constraint=models.CheckConstraint(condition=models.Q(('level__isnull', True), ('level__range', (1, 5)), _connector='OR'), name='profile_skill_level_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='profileskill',
            constraint=models.CheckConstraint(condition=models.Q(('years__isnull', True), ('years__lte', 80), _connector='OR'), name='profile_skill_years_in_bounds'),
        ),
    ]
