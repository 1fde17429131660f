from findings.admin.findings import FindingAdmin as FindingAdmin
from findings.admin.regressions import RegressionAdmin as RegressionAdmin
