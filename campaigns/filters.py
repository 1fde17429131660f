from django.db.models import QuerySet

from campaigns.models import Campaign
from krafter_audit.api.lists.filters import ListFilter, OwnerFilter, TrueOrFalseFilter


class CampaignFilter(ListFilter):
    owner_id = OwnerFilter()
    archived = TrueOrFalseFilter(method="by_archiving")

    def by_archiving(self, rows: QuerySet[Campaign], name: str, value: str) -> QuerySet[Campaign]:
        return rows.filter(archived_at__isnull=value == "false")
