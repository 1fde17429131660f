"""What people are to be told of is left for the alerts; verifications go on being left for the tickets."""

from django.db import migrations

from events.triggers import hand_on


class Migration(migrations.Migration):
    dependencies = [("integrations", "0008_alerts"), ("remediation", "0014_overdue_told")]

    operations = [
        hand_on(
            {
                "tickets": ["verification.checked", "verification.approved", "verification.reopened"],
                "alerts": ["finding.created", "finding.regressed", "verification.reopened", "task.overdue"],
            }
        )
    ]
