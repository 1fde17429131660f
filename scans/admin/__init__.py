"""Admin pages of scans and their results, sites and site credentials."""

from scans.admin.results import ScanResultAdmin as ScanResultAdmin
from scans.admin.scans import ScanAdmin as ScanAdmin
from scans.admin.site_credentials import SiteCredentialsAdmin as SiteCredentialsAdmin
from scans.admin.sites import SiteAdmin as SiteAdmin
