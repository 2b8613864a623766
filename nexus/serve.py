"""`python -m nexus.serve`: the web server of a deployment: uvicorn, with the bounds that `nexus.protocol` adds to it.

On SIGTERM it takes no more connections, and what is being answered is answered.
"""

import argparse
import os
import resource
from typing import Any

import uvicorn

from nexus import protocol

# Seconds that requests which are being answered get at the end.
PATIENCE = 30


def uvicorn_options() -> dict[str, Any]:
    """What uvicorn is told wherever the board runs."""
    return {
        "app": "nexus.asgi:application",
        "http": protocol.BoundedProtocol,
        "timeout_keep_alive": protocol.KEEP_ALIVE_SECONDS,
        # `nexus.asgi` believes the proxies that TRUSTED_PROXIES names; uvicorn would believe whatever is local.
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "lifespan": "off",
        # Logging is Django's.
        "log_config": None,
    }


def raise_file_limit() -> None:
    """Each connection takes a file descriptor, and a process begins with fewer than it may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m nexus.serve", description="Serve the board.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default %(default)s)")
    parser.add_argument(
        "--workers",
        type=int,
        default=int(os.environ.get("WEB_CONCURRENCY") or 1),
        help="how many processes answer; WEB_CONCURRENCY, or 1, unless given",
    )
    chosen = parser.parse_args()
    raise_file_limit()
    uvicorn.run(
        host=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        timeout_graceful_shutdown=PATIENCE,
        **uvicorn_options(),
    )


if __name__ == "__main__":
    main()
