from reports.admin.report import ReportAdmin as ReportAdmin
from reports.admin.share import ShareAdmin as ShareAdmin
