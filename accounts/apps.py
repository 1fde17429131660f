from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Forget callers whenever one of the rows that make them changes."""
        from accounts.api_key_cache import invalidate_on_change_of
        from accounts.models import ApiKey, Membership, Organization, Project, User

        invalidate_on_change_of(ApiKey, Membership, Organization, Project, User)
