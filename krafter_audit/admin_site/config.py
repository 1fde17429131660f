from django.contrib.admin.apps import AdminConfig


class AdminSiteConfig(AdminConfig):
    default_site = "krafter_audit.admin_site.site.AdminSite"
