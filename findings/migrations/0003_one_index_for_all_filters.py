from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index is built and dropped beside the work that goes on

    dependencies = [("findings", "0002_tallies")]

    operations = [
        AddIndexConcurrently(
            model_name="finding",
            index=models.Index(
                fields=["project", "status", "severity", "domain", "-score", "-created_at", "-id"],
                name="finding_by_facets",
            ),
        ),
        RemoveIndexConcurrently(model_name="finding", name="finding_by_status"),
        RemoveIndexConcurrently(model_name="finding", name="finding_by_severity"),
        RemoveIndexConcurrently(model_name="finding", name="finding_by_domain"),
    ]
