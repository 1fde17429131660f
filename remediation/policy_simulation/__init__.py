"""Preview and apply the changes that a policy makes to existing findings and tasks."""
