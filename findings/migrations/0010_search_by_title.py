from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False  # an index is built beside the work that goes on

    dependencies = [("findings", "0009_scan_schedules")]

    operations = [
        AddIndexConcurrently(
            model_name="finding",
            index=models.Index(OpClass(Upper("title"), name="text_pattern_ops"), name="finding_by_title"),
        ),
    ]
