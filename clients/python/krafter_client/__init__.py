"""A client for the API of Krafter Audit, generated from its OpenAPI description."""

from krafter_client.client import ProjectClient
from krafter_client.errors import ApiError, InvalidApiKey, WaitTimeout
from krafter_client.transport import Retries
from krafter_client.version import __version__

__all__ = ["ApiError", "InvalidApiKey", "ProjectClient", "Retries", "WaitTimeout", "__version__"]
