from integrations.admin import finding_sections, records
from integrations.admin.integration import IntegrationAdmin

__all__ = ["IntegrationAdmin", "finding_sections", "records"]
