"""FILE_STORE as Django's STORAGES has it: a folder of this machine, or a private bucket of an S3 store.

s3://KEY:SECRET@bucket?region=eu-central-1    s3://bucket?endpoint=https://minio.example.com
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 10
"""How long a store may take to connect, or to answer."""


def file_store(url: str) -> dict[str, Any]:
    """The entry of STORAGES for a FILE_STORE; without one, the folder MEDIA_ROOT.

    Without a key boto3 looks for one where it always does: AWS_ACCESS_KEY_ID, or the machine's role. Raises
    `ValueError`, which never shows the URL, for one that names no bucket or a place that is none.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("names no bucket; write s3://bucket.")
    told = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if told.keys() - {"region", "endpoint"}:
        raise ValueError("says more than region and endpoint.")
    options: dict[str, Any] = {
        "bucket_name": parts.netloc.rpartition("@")[2],
        # As the bucket has it: private. Nothing in it is public, and nothing is read by an address of the store's.
        "default_acl": None,
        "client_config": _patience(told.get("endpoint")),
        "region_name": told.get("region", "us-east-1"),
        # Beyond that, what is read lies in a file and not in memory.
        "max_memory_size": 1_000_000,
    }
    if endpoint := told.get("endpoint"):
        if not endpoint.startswith(("http://", "https://")):
            raise ValueError("has an endpoint that is no http or https address.")
        options["endpoint_url"] = endpoint
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _patience(endpoint: str | None) -> Any:
    """How the store is spoken to: for a while, and not for good. Loads boto3, a second's work, where it is needed."""
    from botocore.config import Config

    return Config(
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        retries={"mode": "standard", "max_attempts": 3},
        signature_version="s3v4",
        # A store at an address of one's own has no names for its buckets.
        s3={"addressing_style": "path" if endpoint else "virtual"},
    )
