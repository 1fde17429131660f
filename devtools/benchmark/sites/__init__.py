"""Two websites with planted faults for `./krafter bench scan`: 25 trivial pages, and 12 realistic ones."""
