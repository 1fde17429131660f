"""The projects that `login` has stored, and the environment variables of a pipeline."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

URL, API_KEY, ORGANIZATION, PROJECT = (
    "KRAFTER_AUDIT_URL",
    "KRAFTER_AUDIT_API_KEY",
    "KRAFTER_AUDIT_ORG",
    "KRAFTER_AUDIT_PROJECT",
)


class NotConfigured(Exception):
    """Neither the environment nor the configuration file names a project."""


@dataclass(frozen=True)
class Login:
    """The URL, key and ids of a project."""

    url: str
    api_key: str = field(repr=False)
    org_id: str
    project_id: str

    @property
    def name(self) -> str:
        """The identity of the project among the stored ones."""
        return f"{self.url} {self.org_id} {self.project_id}"


@dataclass
class Config:
    """The stored logins; the last one is in use."""

    path: Path
    logins: list[Login]

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Read the file; a missing one has no logins. Raises NotConfigured when it is damaged."""
        path = config_path(environment)
        if not path.exists():
            return cls(path, [])
        try:
            return cls(
                path, [Login(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))["logins"]]
            )
        except (ValueError, KeyError, TypeError):
            raise NotConfigured(f"{path} is damaged: delete it, then run krafter-audit login.") from None

    def use(self, login: Login) -> None:
        """Store a login as the one in use. Only the user can read the file, since it has the key."""
        self.logins = [stored for stored in self.logins if stored.name != login.name] + [login]
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps({"logins": [asdict(stored) for stored in self.logins]}, indent=2)
        # Written to another file, then renamed: an interrupted write leaves the former file.
        written = self.path.with_suffix(".new")
        written.unlink(missing_ok=True)
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        written.replace(self.path)


def config_path(environment: Mapping[str, str]) -> Path:
    """Return the path of the configuration file."""
    base = environment.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "krafter-audit" / "config.json"


def current_login(project: str | None = None, environment: Mapping[str, str] = os.environ) -> Login:
    """Return the project to use: the environment's values, else those stored. Raises NotConfigured."""
    logins = Config.read(environment).logins
    # A file with Windows line ends leaves a carriage return in its values.
    environment = {name: environment.get(name, "").strip() for name in (URL, API_KEY, ORGANIZATION, PROJECT)}
    url = environment[URL].rstrip("/")
    if url:  # a stored key is sent only to its own server
        logins = [login for login in logins if login.url == url]
    if project and not environment[PROJECT]:
        logins = [login for login in logins if login.project_id == project] or logins
    stored = logins[-1] if logins else None
    values = {
        URL: url or (stored.url if stored else ""),
        API_KEY: environment[API_KEY] or (stored.api_key if stored else ""),
        ORGANIZATION: environment[ORGANIZATION] or (stored.org_id if stored else ""),
        PROJECT: project or environment[PROJECT] or (stored.project_id if stored else ""),
    }
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise NotConfigured(f"Run krafter-audit login, or set {', '.join(missing)}.")
    return Login(values[URL], values[API_KEY], values[ORGANIZATION], values[PROJECT])
