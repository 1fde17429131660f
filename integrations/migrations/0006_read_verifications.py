"""What becomes of verifications is left for the tickets to follow."""

from django.db import migrations

from events.triggers import hand_on


class Migration(migrations.Migration):
    dependencies = [("integrations", "0005_remarks"), ("events", "0004_unread")]

    operations = [
        hand_on({"tickets": ["verification.checked", "verification.approved", "verification.reopened"]})
    ]
