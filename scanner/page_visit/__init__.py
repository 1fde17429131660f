"""What one visit in a browser sees: the rendered page, how fast it came, what axe-core says of it."""

from scanner.page_visit.visit import Sight, Vitals, see

__all__ = ["Sight", "Vitals", "see"]
