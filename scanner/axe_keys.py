"""The keys of the checks that run an axe-core rule."""


def key_of(rule: str) -> str:
    """Return the check key of an axe-core rule."""
    return f"a11y_{rule.replace('-', '_')}"
