"""python -m tests.oracles.observatory FOLDER [COUNT]: our checks of headers against MDN HTTP Observatory, pair by pair.

FOLDER is one in which `npm install @mdn/mdn-http-observatory` was run. Prints each check's agreement, and every pair
that differs.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

from tests.oracles.headers import Case, made

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
os.environ.setdefault("KRAFTER_SECRET_KEY", "for the length of a comparison, which signs nothing")

type Verdicts = dict[str, Any]


def policy(name: str) -> Callable[[Verdicts], bool | None]:
    """Read one of the policy's flags; None where there is no policy to judge."""

    def read(said: Verdicts) -> bool | None:
        found = said["content-security-policy"]["policy"]
        return None if found is None else not found[name]

    return read


def passes(test: str) -> Callable[[Verdicts], bool | None]:
    return lambda said: said[test]["pass"]


def insecure_scheme(said: Verdicts) -> bool | None:
    found = said["content-security-policy"]["policy"]
    return None if found is None else not (found["insecureSchemeActive"] or found["insecureSchemePassive"])


def has_policy(said: Verdicts) -> bool:
    lacking = ("csp-not-implemented", "csp-not-implemented-but-reporting-enabled", "csp-header-invalid")
    return said["content-security-policy"]["result"] not in lacking


def subdomains(said: Verdicts) -> bool | None:
    hsts = said["strict-transport-security"]
    return hsts["sub"] if hsts["result"].startswith("hsts-implemented") else None


FRAMES = "security_header_frame_options"
BROAD = {"*", "http:", "https:"}
COOKIES = ("cookies_secure", "cookies_httponly", "cookies_samesite")
PAIRS: dict[str, Callable[[Verdicts], bool | None]] = {
    "security_header_csp": has_policy,
    "csp_script_src_safe": policy("unsafeInline"),
    "csp_no_unsafe_eval": policy("unsafeEval"),
    "csp_no_insecure_scheme": insecure_scheme,
    "csp_style_src_safe": policy("unsafeInlineStyle"),
    "csp_object_src": policy("unsafeObjects"),
    "csp_base_uri": policy("insecureBaseUri"),
    "csp_form_action": policy("insecureFormAction"),
    "security_header_frame_options": passes("x-frame-options"),
    "security_header_hsts": passes("strict-transport-security"),
    "hsts_include_subdomains": subdomains,
    "security_header_x_content_type_options": passes("x-content-type-options"),
    "security_header_referrer_policy": lambda said: (
        said["referrer-policy"]["result"] == "referrer-policy-private"
    ),
    "security_header_corp": passes("cross-origin-resource-policy"),
    "cors_restricted": passes("cross-origin-resource-sharing"),
    "sri_external_scripts": passes("subresource-integrity"),
}


def excused(case: Case, key: str) -> str:
    """Say where Observatory is known to err, so that a difference is no fault of ours; empty where it is not."""
    frames = [
        part.split()[1:] for one in case.policies for part in one.split("; ") if part.startswith("frame-anc")
    ]
    if len(case.policies) > 1 and (key.startswith("csp_") or key in ("security_header_csp", FRAMES)):
        return "merges the policies of header and meta, which a browser enforces one by one"
    if key == FRAMES and "<meta http-equiv" in case.html:
        return "counts frame-ancestors of a meta element, where browsers ignore it"
    if key == FRAMES and any(BROAD & set(sources) for sources in frames):
        return "takes frame-ancestors https: for a restriction"
    return ""


def ours(case: Case, authority: trustme.CA, ca_file: str) -> dict[str, bool | None]:
    """Return what our checks say: True, False, or None where they can't say."""
    from findings.checks.engine import look
    from tests.findings.checks.site import Answer, Site, loopback_client, served, tls_context

    def preflight(_method: str, headers: dict[str, str]) -> Answer:
        lines = [(name, value.replace("{origin}", headers.get("origin", ""))) for name, value in case.cors]
        return Answer(status=204, headers=lines)

    site = Site({"/": Answer(case.html, headers=case.headers), "OPTIONS /": preflight})
    words = {"passed": True, "failed": False}
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = look(site.url, [*PAIRS, *COOKIES], client=client, retry_delays=())
        return {key: words.get(outcome.status) for key, outcome in outcomes}


def theirs(cases: list[Case], folder: str) -> list[Verdicts]:
    """Return what Observatory says of each case."""
    program = Path(__file__).with_name("observatory.mjs")
    lines = "\n".join(json.dumps(case.as_json()) for case in cases)
    environment = {**os.environ, "NODE_PATH_OF_ORACLES": folder}
    done = subprocess.run(
        ["node", str(program)], input=lines, env=environment, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@dataclass
class Score:
    """How many pairs were compared, agreed, and differ for a known reason."""

    asked: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case, key: str, pair: tuple[bool | None, bool | None]) -> None:
        """Count one pair; one that differs is printed."""
        we, they = pair
        if we is None or they is None:
            return
        self.asked[key] += 1
        self.agreed[key] += we == they
        reason = excused(case, key)
        if we != they and reason:
            self.excused[reason] += 1
        elif we != they:
            print(f"{key}: we {we}, they {they}: {case.headers} {case.html[60:]} {case.cors}")

    def told(self) -> int:
        """Print the score and return how many pairs differ without a known reason."""
        for key, number in self.asked.items():
            print(f"{key:45}{self.agreed[key]:6} of {number}")
        for reason, number in self.excused.items():
            print(f"{number:6} pairs differ as Observatory {reason}")
        asked, agreed, known = self.asked.total(), self.agreed.total(), self.excused.total()
        print(
            f"{agreed} of {asked} pairs agree ({agreed / asked:.2%}); with the known {(agreed + known) / asked:.2%}"
        )
        return asked - agreed - known


def compare(folder: str, count: int) -> int:
    """Compare so many cases; return the number of pairs that differ without a known reason."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    score = Score()
    cases = [made(seed) for seed in range(count)]
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        authority.cert_pem.write_to_path(file.name)
        for case, said in zip(cases, theirs(cases, folder), strict=True):
            mine = ours(case, authority, file.name)
            cookies = None if None in (mine[key] for key in COOKIES) else all(mine[key] for key in COOKIES)
            score.add(case, "cookies", (cookies, said["cookies"]["pass"]))
            for key, read in PAIRS.items():
                score.add(case, key, (mine[key], read(said)))
    return score.told()


if __name__ == "__main__":
    import django

    django.setup()
    raise SystemExit(min(1, compare(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300)))
