"""The keys of the checks that run an axe-core rule, and how many elements their results list."""

MAX_PASSED = 500  # elements, by which a later verification detects that an element was tested


def key_of(rule: str) -> str:
    return f"a11y_{rule.replace('-', '_')}"
