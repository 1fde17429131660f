"""A sync says how much of it is wanted, and since when."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0003_renewals'),
    ]

    operations = [
        migrations.AddField(
            model_name='integration',
            name='scope',
            field=models.CharField(choices=[('all', 'All'), ('pending', 'Pending')], default='all', editable=False, max_length=7),
        ),
        migrations.AddField(
            model_name='integration',
            name='wanted_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
    ]
