"""A total can be kept for each owner and for each day: a column, and an index that finds both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0002_append_only")]
    operations = [
        migrations.AddField("tally", "of", models.UUIDField(null=True)),
        migrations.RemoveIndex("tally", "tally_lookup"),
        migrations.AddIndex(
            "tally",
            models.Index(
                fields=["project", "kind", "day", "of"], include=["rows", "score"], name="tally_by_day_and_owner"
            ),
        ),
    ]
