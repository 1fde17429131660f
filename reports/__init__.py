"""Reports: what we show."""
