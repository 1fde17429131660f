"""Operations on scans and their schedules."""
