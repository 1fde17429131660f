import django.db.models.deletion
import django.utils.timezone
import krafter_audit.db.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('findings', '0002_postgresql'),
        ('remediation', '0002_postgresql'),
        ('scans', '0002_postgresql'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deploy',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.db.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('sha', models.CharField(help_text='The commit.', max_length=64)),
                ('environment', models.CharField(max_length=100)),
                ('url', models.CharField(blank=True, help_text='Where it can be visited.', max_length=2000)),
                ('started_at', models.DateTimeField()),
                ('start_reported', models.BooleanField(default=True, editable=False)),
                ('finished_at', models.DateTimeField(null=True)),
                ('source', models.CharField(choices=[('api', 'API'), ('github', 'GitHub'), ('gitlab', 'GitLab')], default='api', max_length=6)),
                ('external_id', models.CharField(blank=True, help_text='Its id at the provider.', max_length=400)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deploys', to='accounts.project')),
                ('scan', models.OneToOneField(help_text='The scan after the deploy.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deploy', to='scans.scan')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['project', '-created_at', '-id'], name='deploy_newest'),
                    models.Index(fields=['project', 'finished_at'], name='deploy_by_end'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('project', 'environment', 'sha', 'started_at'), name='unique_deploy'),
                    models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('project', 'external_id', 'sha'), name='unique_deploy_of_provider'),
                    models.CheckConstraint(condition=models.Q(('source__in', ['api', 'github', 'gitlab'])), name='deploy_source_valid'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GuardWindow',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.db.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('ends_at', models.DateTimeField()),
                ('runs_passed', models.PositiveSmallIntegerField(default=0)),
                ('runs_total', models.PositiveSmallIntegerField(default=0)),
                ('status', models.CharField(choices=[('open', 'Open'), ('passed', 'Passed'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='open', max_length=9)),
                ('finding', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='guard_windows', to='findings.finding')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='guard_windows', to='accounts.project')),
                ('verification', models.OneToOneField(help_text='The one that was approved.', on_delete=django.db.models.deletion.CASCADE, related_name='guard_window', to='remediation.verification')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['project', '-created_at', '-id'], name='guardwindow_newest'),
                    models.Index(fields=['finding', '-created_at'], name='guardwindow_of_finding'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('finding',), name='unique_open_guard_window'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['open', 'passed', 'failed', 'cancelled'])), name='guardwindow_status_valid'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GuardRun',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.db.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('trigger', models.CharField(choices=[('scheduled', 'Scheduled'), ('deploy', 'Deploy')], default='scheduled', max_length=9)),
                ('due_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('running', 'Running'), ('passed', 'Passed'), ('failed', 'Failed'), ('inconclusive', 'Inconclusive'), ('cancelled', 'Cancelled')], default='pending', max_length=12)),
                ('deploy', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='guard_runs', to='assurance.deploy')),
                ('verification', models.OneToOneField(help_text='The latest attempt.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='guard_run', to='remediation.verification')),
                ('window', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='assurance.guardwindow')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('status', 'pending')), fields=['due_at'], name='guardrun_due'),
                    models.Index(fields=['window', 'due_at'], name='guardrun_of_window'),
                    models.Index(fields=['started_at'], name='guardrun_by_start'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('deploy__isnull', False)), fields=('window', 'deploy'), name='unique_guard_run_of_deploy'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'running', 'passed', 'failed', 'inconclusive', 'cancelled'])), name='guardrun_status_valid'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PullRequest',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.db.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('url', models.CharField(max_length=2000)),
                ('status', models.CharField(choices=[('open', 'Open'), ('merged', 'Merged'), ('closed', 'Closed')], default='open', max_length=6)),
                ('merge_sha', models.CharField(blank=True, help_text='The commit in the target branch.', max_length=64)),
                ('next_check_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('note', models.CharField(blank=True, help_text='Why the repository could not be queried.', max_length=300)),
                ('compared_deploy', models.ForeignKey(help_text='The last one without the commit.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='assurance.deploy')),
                ('deploy', models.ForeignKey(help_text='Contains the commit.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pull_requests', to='assurance.deploy')),
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pull_request', to='remediation.task')),
                ('verification', models.OneToOneField(help_text='Queued by the deploy.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pull_request', to='remediation.verification')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('deploy__isnull', True)), fields=['next_check_at'], name='pullrequest_due'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('status__in', ['open', 'merged', 'closed'])), name='pullrequest_status_valid'),
                ],
            },
        ),
    ]
