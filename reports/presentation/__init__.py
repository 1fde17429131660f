"""Texts, numbers and charts of the shared page and the PDF."""
