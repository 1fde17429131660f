"""Random responses of sites, good and bad: headers, a page, and the response to a preflight."""

import random
from dataclasses import dataclass, field
from typing import Any

type Lines = list[tuple[str, str]]

SOURCES = (
    "'self'",
    "'none'",
    "*",
    "https:",
    "data:",
    "'unsafe-inline'",
    "https://cdn.example.com",
    "'unsafe-eval'",
)
SOURCES += (
    "http://cdn.example.com",
    "'nonce-abc123abc123'",
    "'strict-dynamic'",
    "blob:",
    "'sha256-YWJj'",
    "http:",
)
DIRECTIVES = ("default-src", "script-src", "style-src", "img-src", "object-src", "base-uri", "form-action")
DIRECTIVES += ("frame-ancestors", "connect-src", "media-src", "font-src", "upgrade-insecure-requests")
HSTS = (
    "max-age=31536000",
    "max-age=31536000; includeSubDomains",
    "max-age=63072000; includeSubDomains; preload",
)
HSTS += (
    "max-age=3600",
    "max-age=0",
    "includeSubDomains",
    "max-age=15552000;includeSubDomains",
    "MAX-AGE=31536000",
)
FRAMES = ("DENY", "SAMEORIGIN", "sameorigin", "ALLOWALL", "", "GOFORIT", "DENY, SAMEORIGIN")
REFERRERS = (
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
    "origin",
)
REFERRERS += (
    "no-referrer-when-downgrade",
    "origin-when-cross-origin",
    "no-referrer, strict-origin",
    "never",
    "",
)
SNIFF = ("nosniff", "NOSNIFF", "sniff", "nosniff, nosniff", "none")
CORP = ("same-origin", "same-site", "cross-origin", "mine", "SAME-ORIGIN")
COOKIES = ("sessionid", "id", "csrftoken", "login_state", "theme", "PHPSESSID", "XSRF-TOKEN", "_csrf")
FLAGS = (
    "Secure",
    "HttpOnly",
    "SameSite=Lax",
    "SameSite=Strict",
    "SameSite=None",
    "SameSite=Maybe",
    "Path=/",
    "SameSite",
)
ORIGINS = ("*", "{origin}", "https://app.example.com", "null")
SCRIPTS = (
    '<script src="/a.js"></script>',
    '<script src="https://cdn.example.com/a.js"></script>',
    '<script src="https://cdn.example.com/a.js" integrity="sha384-abc" crossorigin="anonymous"></script>',
    '<script src="http://cdn.example.com/a.js"></script>',
    '<script src="http://cdn.example.com/a.js" integrity="sha384-abc"></script>',
    '<script src="//cdn.example.com/a.js"></script>',
    '<script src="//cdn.example.com/a.js" integrity="sha384-abc"></script>',
    "<script>let a = 1</script>",
    '<script src="/a.js" integrity="sha384-abc"></script>',
)


@dataclass
class Case:
    """A response: header lines, HTML, and the header lines of the response to a preflight."""

    headers: Lines
    html: str
    cors: Lines
    policies: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"headers": self.headers, "html": self.html, "cors": self.cors}


def random_case(seed: int) -> Case:
    """Return the case of a seed; the same seed gives the same case."""
    generator = random.Random(seed)
    policies = [policy(generator)] if generator.random() < 0.8 else []
    metas = [policy(generator)] if generator.random() < 0.1 else []
    headers = [("Content-Type", "text/html; charset=utf-8")]
    headers += [("Content-Security-Policy", policy) for policy in policies]
    if not policies and generator.random() < 0.3:
        headers.append(("Content-Security-Policy-Report-Only", policy(generator)))
    for name, values, probability in (
        ("Strict-Transport-Security", HSTS, 0.8),
        ("X-Frame-Options", FRAMES, 0.6),
        ("Referrer-Policy", REFERRERS, 0.6),
        ("X-Content-Type-Options", SNIFF, 0.7),
        ("Cross-Origin-Resource-Policy", CORP, 0.4),
    ):
        if generator.random() < probability:
            headers.append((name, generator.choice(values)))
    headers += [
        ("Set-Cookie", cookie(generator, name))
        for name in generator.sample(COOKIES, generator.choice((0, 0, 1, 2)))
    ]
    head = "".join(f'<meta http-equiv="Content-Security-Policy" content="{policy}">' for policy in metas)
    if generator.random() < 0.15:
        head += f'<meta name="referrer" content="{generator.choice(REFERRERS[:8])}">'
    scripts = "".join(generator.sample(SCRIPTS, generator.choice((0, 1, 1, 2))))
    page = f"<head><title>Shop</title>{head}</head><body><p>Hello</p>{scripts}</body>"
    return Case(
        headers, f"<!doctype html><html lang=en>{page}</html>", preflight(generator), [*policies, *metas]
    )


def policy(generator: random.Random) -> str:
    """Return a policy of one to seven different directives."""
    names = generator.sample(DIRECTIVES, generator.randint(1, 6))
    if generator.random() < 0.6 and "default-src" not in names:
        names.insert(0, "default-src")
    return "; ".join(
        name
        if name.startswith("upgrade")
        else " ".join([name, *generator.sample(SOURCES, generator.choice((1, 1, 1, 2, 3)))])
        for name in names
    )


def cookie(generator: random.Random, name: str) -> str:
    """Return a Set-Cookie value with some of the flags, at most one of them SameSite."""
    flags = [flag for flag in FLAGS if not flag.startswith("SameSite") and generator.random() < 0.7]
    if generator.random() < 0.6:
        flags.append(generator.choice([flag for flag in FLAGS if flag.startswith("SameSite")]))
    return "; ".join([f"{name}=v{generator.randint(1, 9)}", *flags])


def preflight(generator: random.Random) -> Lines:
    """Return the header lines of the response to a preflight."""
    if generator.random() < 0.4:
        return []
    lines = [("Access-Control-Allow-Origin", generator.choice(ORIGINS))]
    return [*lines, ("Access-Control-Allow-Credentials", "true")] if generator.random() < 0.5 else lines
