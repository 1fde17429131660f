"""The engine of verifications: re-run the checks of a finding and store their results and evidence."""
