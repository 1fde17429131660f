"""A client for the API of Krafter Audit, generated from its OpenAPI description."""

from krafter_client.client import ProjectClient
from krafter_client.errors import ApiError, WaitTimeout
from krafter_client.transport import Retries

__all__ = ["ApiError", "ProjectClient", "Retries", "WaitTimeout"]
__version__ = "0.1.0"
