"""The file formats of a report: a module for each, and its line below."""

from reports.exporters import csv, json, pdf
from reports.exporters.base import Exporter

EXPORTERS: dict[str, Exporter] = {
    "json": json.EXPORTER,
    "csv": csv.EXPORTER,
    "pdf": pdf.EXPORTER,
}
