from krafter_audit.api.errors import Conflict


class CampaignNameTaken(Conflict):
    code = "campaign_name_taken"
    message = "Another campaign of this project has this name. Choose another one, or archive that campaign."


class CampaignArchived(Conflict):
    code = "campaign_archived"
    message = "The campaign is archived. Restore it to change it."
