from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hash and compress files in `collectstatic`; without it, as in `./krafter up`, names stay."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        # Browsers cache hashed files; a new version has another name, so it is loaded at once.
        return str(super().stored_name(name)) if self.hashed_files else name
