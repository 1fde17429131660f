from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("remediation", "0007_parts_of_running_verifications")]
    operations = [
        migrations.RemoveIndex(model_name="verification", name="verification_running"),
        migrations.RemoveField(model_name="verification", name="attempts"),
        migrations.RemoveField(model_name="verification", name="fence"),
        migrations.RemoveField(model_name="verification", name="lease_until"),
    ]
