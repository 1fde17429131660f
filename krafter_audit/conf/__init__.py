"""The settings that come from the environment: their declarations, how they are read, their documentation."""
