from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("findings", "0005_parts_of_undone_scans")]
    operations = [
        migrations.RemoveIndex(model_name="scan", name="scan_undone"),
        migrations.RemoveField(model_name="scan", name="attempts"),
        migrations.RemoveField(model_name="scan", name="fence"),
        migrations.RemoveField(model_name="scan", name="lease_until"),
    ]
