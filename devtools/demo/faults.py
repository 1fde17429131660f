"""The faults of the demo website, each named after the check that finds it."""

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

FAULTS: dict[str, str] = {
    "security_header_csp": "No Content-Security-Policy is sent.",
    "security_header_x_content_type_options": "No X-Content-Type-Options is sent.",
    "security_header_frame_options": "Every site can embed the shop in a frame.",
    "security_header_referrer_policy": "Full URLs are sent to linked sites in the Referer header.",
    "cookies_secure": "The session cookie has no Secure attribute.",
    "cookies_httponly": "The session cookie has no HttpOnly attribute.",
    "cookies_samesite": "The session cookie has an invalid SameSite attribute.",
    "server_version_disclosure": "The Server header discloses a version.",
    "exposed_git": "The .git directory is publicly accessible.",
    "text_compression": "Text resources are not compressed.",
    "cache_policy": "The style sheet has no Cache-Control header.",
    "image_dimensions": "An image has no width and height.",
    "ttfb": "The server responds slowly.",
    "a11y_image_alt": "An image has no alternative text.",
    "a11y_label": "A form field has no label.",
    "a11y_button_name": "A button has no accessible name.",
    "a11y_html_has_lang": "The html element has no lang attribute.",
    "title_present": "The page has no title.",
    "meta_description": "The page has no meta description.",
    "robots_txt_valid": "robots.txt has invalid lines.",
}


@dataclass
class FaultState:
    """The active faults, initially all; stored in `path` across restarts."""

    path: Path | None = None
    fixed: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.path and self.path.exists():
            self.fixed = set(json.loads(self.path.read_text())) & set(FAULTS)

    def __contains__(self, name: str) -> bool:
        return name not in self.fixed

    def set(self, names: set[str], *, broken: bool) -> None:
        with self.lock:
            self.fixed = self.fixed - names if broken else self.fixed | names
            self.save()

    def save(self) -> None:
        if self.path:
            # Renamed into place, so that a killed server leaves no half-written file.
            new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            new.write_text(json.dumps(sorted(self.fixed)))
            new.replace(self.path)

    def listed(self) -> list[dict[str, object]]:
        return [
            {"name": name, "what": description, "broken": name in self}
            for name, description in FAULTS.items()
        ]
