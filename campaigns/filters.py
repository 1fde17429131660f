from krafter_audit.api.lists.filters import IsSetFilter, ListFilter, OwnerFilter


class CampaignFilter(ListFilter):
    owner_id = OwnerFilter()
    archived = IsSetFilter("archived_at")
