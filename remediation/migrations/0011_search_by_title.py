from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False  # an index is built beside the work that goes on

    dependencies = [("remediation", "0010_dates_of_people")]

    operations = [
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(OpClass(Upper("title"), name="text_pattern_ops"), name="task_by_title"),
        ),
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(
                OpClass(Upper("external_ticket_key"), name="text_pattern_ops"),
                condition=Q(external_ticket_key__isnull=False),
                name="task_by_ticket",
            ),
        ),
    ]
