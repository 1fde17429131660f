"""What one visit in a browser sees: the rendered page, how fast it came, what axe-core says of it."""

from findings.visiting.sight import Sight, Vitals, see

__all__ = ["Sight", "Vitals", "see"]
