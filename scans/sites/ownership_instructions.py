from scans.models import Site

VERIFICATION_NAME = "krafter-verification"
FILE_PATH = f"/.well-known/{VERIFICATION_NAME}.txt"


def token_line(site: Site) -> str:
    return f"{VERIFICATION_NAME}={site.token}"


def ownership_instructions(site: Site) -> dict[str, dict[str, str]]:
    """Return, for each of the three methods, what to publish where."""
    return {
        "dns_txt": {"name": site.host, "value": token_line(site)},
        "file": {"url": f"https://{bracketed(site.host)}{FILE_PATH}", "content": token_line(site)},
        "meta_tag": {
            "url": f"https://{bracketed(site.host)}/",
            "html": f'<meta name="{VERIFICATION_NAME}" content="{site.token}">',
        },
    }


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
