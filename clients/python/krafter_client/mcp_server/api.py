"""Calls of the API that return JSON as the API sends it."""

import re
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError

from krafter_client import ProjectClient
from krafter_client.errors import ApiError

# Characters that terminals execute or that reorder text; then text of tags or variation selectors, which a model
# reads and a person cannot. Joiners and single selectors are a part of many scripts and of emoji.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)


def without_hidden_text(value: Any) -> Any:
    """Return JSON with U+FFFD for control characters and hidden text: a site may have sent an instruction in it."""
    if isinstance(value, str):
        return HIDDEN.sub("\ufffd", value)
    if isinstance(value, list):
        return [without_hidden_text(element) for element in value]
    if isinstance(value, dict):
        return {without_hidden_text(name): without_hidden_text(member) for name, member in value.items()}
    return value


class Api:
    """The API with the key of a login; `project` is another project of the organisation than that of the login."""

    def __init__(self, client: ProjectClient) -> None:
        self._client = client
        self._org_id, self._project = client.path

    def organization(self, path: str, **params: Any) -> Any:
        """Return the data of a GET below the organisation."""
        return self._send("GET", f"/api/v1/orgs/{self._org_id}/{path}", params=params)["data"]

    def me(self) -> Any:
        """Return the key with its rights. Raises ApiError."""
        return self._request("GET", "/api/v1/me")["data"]

    def get(self, path: str, project: str = "", **params: Any) -> Any:
        """Return the data of a GET below the project; empty parameters are left out."""
        sent = {name: value for name, value in params.items() if value not in ("", None, [])}
        return self._send("GET", self._path(path, project), params=sent)["data"]

    def send(self, method: str, path: str, project: str = "", body: Any = None) -> Any:
        """Return the data of a change below the project."""
        return self._send(method, self._path(path, project), json=body)["data"]

    def _path(self, path: str, project: str) -> str:
        return f"/api/v1/orgs/{self._org_id}/projects/{project or self._project}/audit/{path}"

    def _send(self, method: str, path: str, **options: Any) -> Any:
        try:
            return self._request(method, path, **options)
        except ApiError as error:
            # The model reads the message, and can try again.
            raise ToolError(without_hidden_text("\n".join([str(error), *error.lines()]))) from None

    def _request(self, method: str, path: str, **options: Any) -> Any:
        response = self._client.generated.get_httpx_client().request(method, path, **options)
        return without_hidden_text(response.json())
