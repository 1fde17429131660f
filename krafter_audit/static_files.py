"""Names of static files with a hash of their content, so that browsers keep them and see a new version at once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hash and compress files in `collectstatic`; without it, as in `./krafter up`, files keep their names."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name
