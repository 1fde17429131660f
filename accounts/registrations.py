from accounts.api_key_cache import invalidate_on_change_of
from accounts.models import ApiKey, Membership, Organization, Project, User
from accounts.sign_in import signal_receivers

invalidate_on_change_of(ApiKey, Membership, Organization, Project, User)
signal_receivers.connect()
