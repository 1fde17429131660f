"""The sections of a policy's config that people edit by a form."""
