"""Read the command's settings from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from krafter_audit.http.addresses import AddressPolicy
from krafter_audit.http.client import Client, HttpError
from krafter_audit.http.transport import tls_context
from scanner.browser.chromium import ChromiumOptions

_FALSE = ("0", "false", "no", "off", "n")


@dataclass(frozen=True)
class Environment:
    """Settings of the operator: allowed networks, trusted roots, and Chromium."""

    policy: AddressPolicy = field(default_factory=AddressPolicy)
    ca_file: str = ""
    chromium: ChromiumOptions = field(default_factory=ChromiumOptions)

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Read the variables. Raises ValueError with the name of an invalid one."""
        variables = {name: text.strip() for name, text in variables.items()}  # as the server reads them
        try:
            policy = AddressPolicy.from_setting(variables.get("KRAFTER_ALLOWED_NETWORKS", ""))
        except ValueError as error:
            raise ValueError(f"KRAFTER_ALLOWED_NETWORKS: {error}") from None
        ca_file = variables.get("KRAFTER_CA_FILE", "")
        try:
            tls_context(ca_file)
        except HttpError as error:
            raise ValueError(f"KRAFTER_CA_FILE: {error}") from None
        chromium = ChromiumOptions(
            executable=variables.get("KRAFTER_CHROMIUM", ""),
            sandbox=variables.get("KRAFTER_CHROMIUM_SANDBOX", "").lower() not in _FALSE,
            ca_file=ca_file,
        )
        return cls(policy, ca_file, chromium)

    def client(self) -> Client:
        return Client(policy=self.policy, ca_file=self.ca_file)
