"""Why something about integrations is refused."""

from krafter_audit.api.errors import Conflict, InvalidParams, NotFound, Unavailable


class UnknownProvider(NotFound):
    message = "There is no such provider. Use ga4, gsc, sentry, github, gitlab, jira, linear or cloudflare."


class NeverConnected(NotFound):
    message = "This provider was never connected to the project."


class NotConnected(Conflict):
    code = "not_connected"
    message = "This provider is not connected. Connect it first."


class SignInRefused(InvalidParams):
    message = "The provider did not accept the auth_code."


class SignInUnavailable(Unavailable):
    message = "The provider could not be asked about the auth_code. Begin the sign-in again in a moment."


class NoHook(NotFound):
    message = "There is no webhook for this provider. Make one by PUT."


class NoHooks(NotFound):
    message = "This provider does not call: its news come with each sync."


class NoDestination(NotFound):
    message = "There is no such destination. The channels are slack and email."
