"""Files in a private S3-compatible bucket (`KRAFTER_S3_BUCKET`), for django-storages."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from storages.backends.s3 import S3Storage

from krafter_audit.api.errors import Unavailable

CONNECT_SECONDS, READ_SECONDS, MAX_ATTEMPTS = 3, 10, 2
MAX_CONNECTIONS = 32  # of one process: more than the threads of a web process
MAX_MEMORY_BYTES = 1024 * 1024  # larger files are read from disk


class ObjectStorage(S3Storage):
    """The files of the installation. Raises Unavailable where the server does not respond or refuses."""

    def get_default_settings(self) -> dict[str, Any]:
        endpoint = settings.KRAFTER_S3_ENDPOINT or None
        return super().get_default_settings() | {
            "bucket_name": settings.KRAFTER_S3_BUCKET,
            "endpoint_url": endpoint,
            "region_name": settings.KRAFTER_S3_REGION or None,
            # Without a key boto3 searches the environment and the role of the machine.
            "access_key": settings.KRAFTER_S3_ACCESS_KEY or None,
            "secret_key": settings.KRAFTER_S3_SECRET_KEY or None,
            "location": settings.KRAFTER_S3_PREFIX,
            "default_acl": None,  # as private as the bucket
            "file_overwrite": True,  # a repeated export replaces the file of the interrupted one
            "max_memory_size": MAX_MEMORY_BYTES,
            "client_config": client_config(own_server=endpoint is not None),
        }

    def _open(self, name: str, mode: str = "rb") -> File:
        with unavailable_on_error():
            file: File = super()._open(name, mode)
            if "r" in mode:
                # Downloads the object now: an error here is a 503, but an error later would cut off the response.
                _ = file.file
            return file

    def _save(self, name: str, content: File) -> str:
        with unavailable_on_error():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with unavailable_on_error():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with unavailable_on_error():
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with unavailable_on_error():
            directories, files = super().listdir(name)
            return directories, files

    def is_public(self, name: str) -> bool:
        """Return whether the object can be read without a key."""
        client = self.unsigned_connection.meta.client
        with unavailable_on_error(), tempfile.TemporaryFile() as file:
            try:
                client.download_fileobj(self.bucket_name, self._normalize_name(name), file)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in (401, 403):
                    return False
                raise
            return True


def client_config(*, own_server: bool) -> Config:
    """Return the client's configuration; `own_server` is one other than Amazon's."""
    # Other servers may support neither virtual hosts nor checksums in trailers.
    compatible = (
        {
            "s3": {"addressing_style": "path"},
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
        }
        if own_server
        else {}
    )
    return Config(
        signature_version="s3v4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"},
        max_pool_connections=MAX_CONNECTIONS,
        **compatible,
    )


@contextmanager
def unavailable_on_error() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, Boto3Error) as error:
        raise Unavailable("The file storage is unavailable.", headers={"retry-after": "5"}) from error
