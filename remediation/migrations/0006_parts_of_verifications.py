"""A part for each scanner of a verification, which holds the lease."""

import django.core.serializers.json
import django.db.models.deletion
import krafter_audit.lib.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('remediation', '0005_unchangeable_evidence'),
    ]

    operations = [
        migrations.CreateModel(
            name='VerificationPart',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.lib.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('fence', models.PositiveIntegerField(default=0, editable=False)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('scanner', models.CharField(choices=[('http', 'HTTP'), ('browser', 'Browser')], max_length=7)),
                ('seen', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='verificationpart',
            name='verification',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='remediation.verification'),
        ),
        migrations.AddIndex(
            model_name='verificationpart',
            index=models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['lease_until'], name='verificationpart_undone'),
        ),
        migrations.AddConstraint(
            model_name='verificationpart',
            constraint=models.UniqueConstraint(fields=('verification', 'scanner'), name='one_verification_part_a_scanner'),
        ),
        migrations.AddConstraint(
            model_name='verificationpart',
            constraint=models.CheckConstraint(condition=models.Q(('scanner__in', ['http', 'browser'])), name='verificationpart_scanner_known'),
        ),
    ]
