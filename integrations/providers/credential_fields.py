"""The credentials of a provider as form fields, with help on where the vendor shows them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CredentialField:
    name: str
    label: str
    help: str
    example: str = ""
    is_secret: bool = False  # never shown again
    is_file: bool = False  # the text of a file
    is_required: bool = True
    by_sign_in: bool = False  # a sign-in by OAuth replaces it


def secret(name: str, label: str, help: str) -> CredentialField:
    return CredentialField(name, label, help, is_secret=True, by_sign_in=True)


def server(help: str, example: str) -> CredentialField:
    """Return the field for the URL of a self-hosted server; a sign-in needs the operator's server."""
    return CredentialField("base_url", "Server URL", help, example, is_required=False, by_sign_in=True)


def service_account(api: str, grant: str) -> CredentialField:
    """Return the field for the key file of a Google service account."""
    return CredentialField(
        "service_account",
        "Key file of a service account",
        f"In the Google Cloud console, enable the {api}, then open IAM & Admin → Service accounts, choose an account "
        f"and Keys → Add key → Create new key → JSON. Paste the whole file. {grant}",
        is_secret=True,
        is_file=True,
        by_sign_in=True,
    )
