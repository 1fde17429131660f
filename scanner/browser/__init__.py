"""Chromium for pages of unknown sites: behind its own proxy, under a process guard, within limits."""

# Nothing is imported here: `browser`, `session` and `visit` import Playwright, which is large.
