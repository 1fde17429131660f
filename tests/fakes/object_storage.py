"""An S3 server on loopback (moto), for tests of files on object storage."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "the-access-key", "the-secret-key", "us-east-1", "krafter-files"
PUBLIC_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{BUCKET}/*",
            }
        ],
    }
)


@contextmanager
def served() -> Iterator[str]:
    """Serve an empty bucket; yield the URL of the server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint
        # The server's data belongs to this process, not to the server.
        empty(endpoint)
        client(endpoint).delete_bucket(Bucket=BUCKET)
    finally:
        server.stop()


def empty(endpoint: str) -> None:
    """Delete the objects in the bucket."""
    for key in keys(endpoint):
        client(endpoint).delete_object(Bucket=BUCKET, Key=key)


def keys(endpoint: str) -> list[str]:
    """Return the names of the objects in the bucket."""
    return [entry["Key"] for entry in client(endpoint).list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def client(endpoint: str) -> Any:
    """Return a client that may do everything."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


def use(settings: Any, endpoint: str) -> None:
    """Store the files of the test in the bucket."""
    settings.KRAFTER_S3_BUCKET, settings.KRAFTER_S3_ENDPOINT = BUCKET, endpoint
    settings.KRAFTER_S3_REGION, settings.KRAFTER_S3_PREFIX = REGION, "audit"
    settings.KRAFTER_S3_ACCESS_KEY, settings.KRAFTER_S3_SECRET_KEY = ACCESS_KEY, SECRET_KEY
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "krafter_audit.object_storage.ObjectStorage"},
    }
