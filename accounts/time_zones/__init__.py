"""The time zone in which a person reads times: chosen, or that of the browser."""
