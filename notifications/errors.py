from krafter_audit.api.errors import Conflict, NotFound


class AlertDestinationNotFound(NotFound):
    message = "There is no such destination. The channels are slack and email."


class WebhookLimitReached(Conflict):
    code = "webhook_limit_reached"
    message = "The organisation has as many webhook endpoints as it may have. Delete one first."


class WebhookDisabled(Conflict):
    code = "webhook_disabled"
    message = "The webhook endpoint is disabled, so nothing is sent to it. Enable it first."
