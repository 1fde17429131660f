"""A verdict changes no indexed column, and finds room on the page where its verification is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from events.storage import leave_room


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("remediation", "0016_evidence_by_months"),
    ]
    operations = [
        migrations.AlterField(
            model_name="verification",
            name="verified_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        leave_room("remediation_verification", 15),
    ]
