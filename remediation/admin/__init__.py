from remediation.admin.check_reliability import CheckReliabilityAdmin as CheckReliabilityAdmin
from remediation.admin.finding_actions import create_tasks as create_tasks
from remediation.admin.finding_sections import remediation as remediation
from remediation.admin.policies import PolicyAdmin as PolicyAdmin
from remediation.admin.scan_schedules import ScanScheduleAdmin as ScanScheduleAdmin
from remediation.admin.tasks import TaskAdmin as TaskAdmin
from remediation.admin.verifications import VerificationAdmin as VerificationAdmin
