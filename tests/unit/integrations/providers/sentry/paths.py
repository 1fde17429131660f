"""Paths of the API of Sentry, as patterns."""

ISSUES, ISSUE, PROJECT = "/organizations/acme/issues/$", r"/issues/\d+/$", "/projects/acme/pump-station/$"
