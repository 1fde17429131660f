"""Where providers call, and what they called about."""
import django.db.models.deletion
import krafter_audit.lib.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0006_read_verifications'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hook',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.lib.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('credentials', models.BinaryField()),
                ('last_delivery_at', models.DateTimeField(null=True)),
                ('integration', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='hook', to='integrations.integration')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=krafter_audit.lib.models.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('delivery', models.CharField(blank=True, max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('event', models.CharField(max_length=100)),
                ('tickets', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField(help_text='When the provider says that the change was made.', null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('integration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='integrations.integration')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['integration', 'id'], name='delivery_undone'), models.Index(fields=['created_at'], name='delivery_oldest')],
                'constraints': [models.UniqueConstraint(fields=('integration', 'digest'), name='one_delivery_a_body'), models.UniqueConstraint(condition=models.Q(('delivery', ''), _negated=True), fields=('integration', 'delivery'), name='one_delivery_an_id')],
            },
        ),
    ]
