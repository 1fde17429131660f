"""Links of evidence carry a signature and the kind of what they say; each project's chain has a row at its end."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("remediation", "0002_tallies")]
    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.project",
                    ),
                ),
                ("sequence", models.PositiveBigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddField(
            "evidence",
            "kind",
            models.CharField(
                choices=[("check", "Check"), ("verdict", "Verdict")], default="check", max_length=7
            ),
        ),
        migrations.AddField("evidence", "format", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("evidence", "key_id", models.CharField(blank=True, max_length=32, default=""), preserve_default=False),
        migrations.AddField("evidence", "signature", models.CharField(blank=True, max_length=88, default=""), preserve_default=False),
        migrations.AlterField(
            "evidence", "body", models.TextField(help_text="Canonical JSON (RFC 8785).")
        ),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(condition=models.Q(kind__in=["check", "verdict"]), name="evidence_kind_known"),
        ),
    ]
