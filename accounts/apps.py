from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Forget callers whenever one of the rows that make them changes."""
        from accounts.models import ApiKey, Membership, Organization, Project, User
        from accounts.recall import forget_with

        forget_with(ApiKey, Membership, Organization, Project, User)
