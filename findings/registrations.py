from bulk_changes import subjects
from findings.services.bulk import FINDINGS

subjects.register(FINDINGS)
