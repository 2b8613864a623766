import django.db.models.deletion
import django.db.models.functions.text
import kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0006_import_sources'),
        ('accounts', '0002_audit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CompanyDomain',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('domain', models.CharField(help_text='In lower case; letters beyond ASCII in their IDNA form.', max_length=253)),
                ('method', models.CharField(choices=[('dns', 'A TXT record in the domain'), ('email', 'A link in a mail to an address at the domain')], help_text='How it is proved.', max_length=8)),
                ('email', models.EmailField(blank=True, help_text='The address at the domain that the proof was mailed to.', max_length=254)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('verified_at', models.DateTimeField(blank=True, help_text='When it was proved; null: not yet, or lost.', null=True)),
                ('checked_at', models.DateTimeField(blank=True, help_text='When the proof was last looked for.', null=True)),
                ('missed_checks', models.PositiveSmallIntegerField(default=0, help_text='How often in a row it was not there.')),
            ],
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='HiringTeam',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('interviewer', 'Interviews its candidates'), ('hiring_manager', 'Decides on it'), ('recruiter', 'Runs it')], help_text='What the person does for the job.', max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('email', models.EmailField(help_text='Whom it is for, in lower case.', max_length=254)),
                ('role', models.CharField(choices=[('interviewer', 'Interviews candidates of the jobs assigned'), ('hiring_manager', 'Decides on the jobs assigned'), ('recruiter', "Runs all of the company's jobs"), ('admin', 'Runs all jobs and the team'), ('owner', 'Answers for the company')], help_text='The role that is offered.', max_length=16)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(help_text='Until when it can be accepted.')),
                ('accepted_at', models.DateTimeField(blank=True, help_text='When the person joined.', null=True)),
                ('declined_at', models.DateTimeField(blank=True, help_text='When the person said no.', null=True)),
                ('revoked_at', models.DateTimeField(blank=True, help_text='When the company took it back.', null=True)),
            ],
        ),
        migrations.AddField(
            model_name='company',
            name='logo',
            field=models.CharField(blank=True, db_default='', default='', editable=False, help_text='Its file in the public store.', max_length=100),
        ),
        migrations.AddField(
            model_name='company',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, help_text='Grows with each edit; whoever edits says which one they read.'),
        ),
        migrations.AddField(
            model_name='membership',
            name='suspended_at',
            field=models.DateTimeField(blank=True, help_text='Since when the person may do nothing for the company; null: may.', null=True),
        ),
        migrations.AlterField(
            model_name='membership',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, help_text='Since when.'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('interviewer', 'Interviews candidates of the jobs assigned'), ('hiring_manager', 'Decides on the jobs assigned'), ('recruiter', "Runs all of the company's jobs"), ('admin', 'Runs all jobs and the team'), ('owner', 'Answers for the company')], help_text="The person's role there.", max_length=16),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['company', 'id'], name='membership_of_company'),
        ),
        migrations.AddField(
            model_name='companydomain',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='companydomain',
            name='company',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='jobs.company'),
        ),
        migrations.AddField(
            model_name='follow',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='jobs.company'),
        ),
        migrations.AddField(
            model_name='follow',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hiringteam',
            name='job',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='hiring_team', to='jobs.job'),
        ),
        migrations.AddField(
            model_name='hiringteam',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='company',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='jobs.company'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='companydomain',
            index=models.Index(condition=models.Q(('verified_at__isnull', False)), fields=['checked_at'], name='company_domain_to_check'),
        ),
        migrations.AddConstraint(
            model_name='companydomain',
            constraint=models.UniqueConstraint(fields=('company', 'domain'), name='company_domain_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='companydomain',
            constraint=models.UniqueConstraint(condition=models.Q(('verified_at__isnull', False)), fields=('domain',), name='company_domain_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='companydomain',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email', ''), ('method', 'dns')), models.Q(('method', 'email'), models.Q(('email', ''), _negated=True)), _connector='OR'), name='company_domain_method_fits'),
        ),
        migrations.AddConstraint(
            model_name='companydomain',
            constraint=models.CheckConstraint(condition=models.Q(('domain', django.db.models.functions.text.Lower('domain')), models.Q(('domain', ''), _negated=True)), name='company_domain_is_lower_case'),
        ),
        migrations.AddIndex(
            model_name='follow',
            index=models.Index(fields=['user', '-id'], name='follow_of_user'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(fields=('user', 'company'), name='follow_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='hiringteam',
            constraint=models.UniqueConstraint(fields=('job', 'user'), name='hiring_team_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='hiringteam',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['interviewer', 'hiring_manager', 'recruiter'])), name='hiring_team_role_is_known'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['company', '-id'], name='invitation_of_company'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('accepted_at__isnull', True), ('declined_at__isnull', True), ('revoked_at__isnull', True)), fields=['email', '-id'], name='invitation_open_of_email'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('declined_at__isnull', True), ('revoked_at__isnull', True)), fields=('company', 'email'), name='invitation_one_open'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('declined_at__isnull', True)), models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True)), models.Q(('declined_at__isnull', True), ('revoked_at__isnull', True)), _connector='OR'), name='invitation_one_outcome'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['interviewer', 'hiring_manager', 'recruiter', 'admin', 'owner'])), name='invitation_role_is_known'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='invitation_email_is_lower_case'),
        ),
    ]
