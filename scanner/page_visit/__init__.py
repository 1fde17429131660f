"""One visit in a browser: the rendered page, its load metrics, and axe-core's results."""

from scanner.page_visit.visit import PageSnapshot, Paints, Vitals, time_first_paint, visit_page

__all__ = ["PageSnapshot", "Paints", "Vitals", "time_first_paint", "visit_page"]
