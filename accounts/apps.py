from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Forget callers whenever one of the rows that make them changes."""
        from accounts.api_key_cache import forget_with
        from accounts.models import ApiKey, Membership, Organization, Project, User

        forget_with(ApiKey, Membership, Organization, Project, User)
