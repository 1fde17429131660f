from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate

from bulk_changes import subjects
from events import partitions
from findings import policy_rules
from findings.signals import dismissals_changed, findings_reported
from remediation.evidence.retention import EVIDENCE
from remediation.services.bulk import TASKS
from remediation.services.contradictions import follow_reports
from remediation.services.dismissed_findings import follow_dismissals
from remediation.services.policies import config_of


def create_partitions(**kwargs: Any) -> None:
    partitions.install_functions(EVIDENCE)
    partitions.create_partitions(EVIDENCE)


subjects.register(TASKS)
# `findings` is the lower app, and cannot import the policies that its rules come from.
policy_rules.register_config_reader(config_of)
dismissals_changed.connect(follow_dismissals)
findings_reported.connect(follow_reports)
# A table without the partition of the present month rejects every link.
post_migrate.connect(create_partitions, sender=apps.get_app_config("remediation"))
