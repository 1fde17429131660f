"""Reject changes of the end of an evidence chain other than by appending a link."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('remediation', '0002_postgresql'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='evidencechain',
            trigger=pgtrigger.compiler.Trigger(name='follow_links', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF pg_trigger_depth() < 2 THEN\n            RAISE EXCEPTION 'the end of a chain changes by appending a link only';\n        END IF;\n        RETURN NEW;\n    ", hash='2b0225392594dfd085b2db14bb9ec6af1f176f95', operation='UPDATE', pgid='pgtrigger_follow_links_8dacc', table='remediation_evidencechain', when='BEFORE')),
        ),
    ]
