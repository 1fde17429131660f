"""Websites with planted faults for `./krafter bench scan`: trivial pages; realistic ones, of four builds or of one."""
