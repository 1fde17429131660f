"""What a ticket was told of a verification."""

import django.db.models.deletion
from django.db import migrations, models

import krafter_audit.lib.models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_scope"), ("remediation", "0005_unchangeable_evidence")]

    operations = [
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.lib.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('tried_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('link', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='remarks', to='integrations.externallink')),
                ('verification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remarks', to='remediation.verification')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['link'], name='remark_unsent')],
                'constraints': [models.UniqueConstraint(fields=('link', 'verification'), name='one_remark_a_verification')],
            },
        ),
    ]
