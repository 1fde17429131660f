from django.db.models import QuerySet

from campaigns.models import Campaign
from krafter_audit.api.lists.filters import ListFilter, OwnerFilter, TrueOrFalseFilter


class CampaignFilter(ListFilter):
    owner_id = OwnerFilter()
    archived = TrueOrFalseFilter(method="by_archiving")

    class Meta:
        model = Campaign
        fields = ("owner_id", "archived")

    def by_archiving(self, rows: QuerySet[Campaign], name: str, value: str) -> QuerySet[Campaign]:
        return rows.filter(archived_at__isnull=value == "false")
