from integrations.providers.registry import PROVIDERS
from krafter_audit.api.errors import Conflict, InvalidParams, NotFound, Unavailable


class UnknownProvider(NotFound):
    message = f"Unknown provider. Use {', '.join(PROVIDERS[:-1])} or {PROVIDERS[-1]}."


class NeverConnected(NotFound):
    message = "This provider was never connected to the project."


class NotConnected(Conflict):
    code = "not_connected"
    message = "This provider is not connected. Connect it first."


class SignInRefused(InvalidParams):
    message = "The provider did not accept the auth_code."


class SignInUnavailable(Unavailable):
    message = "The provider is not available. Start the sign-in again in a moment."


class WebhookNotFound(NotFound):
    message = "No webhook is enabled for this provider. Enable one with PUT."


class WebhooksNotSupported(NotFound):
    message = "This provider does not send webhooks; its changes are read by each sync."


class IntegrationChanged(Exception):
    """The integration was disconnected, reconnected, or leased by another worker during a sync."""
