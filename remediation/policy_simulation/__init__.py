"""What a policy config would change in existing findings and tasks."""
