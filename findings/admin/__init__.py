"""The admin pages of findings and regressions."""

from findings.admin.findings import FindingAdmin as FindingAdmin
from findings.admin.findings import RegressionAdmin as RegressionAdmin
