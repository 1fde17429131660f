from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False  # an index is built beside the work that goes on

    dependencies = [("findings", "0010_search_by_title")]

    operations = [
        AddIndexConcurrently(
            model_name="regression",
            index=models.Index(
                fields=["project", "opened_at"], condition=Q(status="open"), name="regression_open_since"
            ),
        ),
    ]
