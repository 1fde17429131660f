"""The admin pages of tasks, verifications, policies and the reliability of checks."""

from remediation.admin.check_reliability import CheckReliabilityAdmin as CheckReliabilityAdmin
from remediation.admin.tasks import TaskAdmin as TaskAdmin
