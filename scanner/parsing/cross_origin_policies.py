"""Values of Cross-Origin-Opener-Policy that isolate a page, and of Cross-Origin-Resource-Policy (HTML, Fetch)."""

OPENER_POLICIES = ("same-origin", "same-origin-allow-popups", "noopener-allow-popups")
RESOURCE_POLICIES = ("same-origin", "same-site", "cross-origin")
