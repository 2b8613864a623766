"""`python -m nexus.serve`: the web server of a deployment: uvicorn, with the bounds that `nexus.protocol` adds to it.

On SIGTERM it takes no more connections, and what is being answered is answered.
"""

import argparse
import resource
import sys
from typing import Any

import uvicorn
from django.core.exceptions import ImproperlyConfigured

from nexus import protocol
from nexus.environment import Environment, load_env_file, shared_metrics

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
    load_env_file()
    env = Environment()
    workers = env.number("WEB_CONCURRENCY", default=1, least=1, most=64)
    parser = argparse.ArgumentParser(prog="python -m nexus.serve", description="Serve the board.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default %(default)s)")
    parser.add_argument(
        "--workers",
        type=int,
        choices=range(1, 65),
        metavar="1..64",
        default=workers,
        help="how many processes answer (default: WEB_CONCURRENCY, or 1)",
    )
    chosen = parser.parse_args()
    try:
        env.refuse()
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")
    raise_file_limit()
    with shared_metrics(chosen.workers):
        uvicorn.run(
            host=chosen.host,
            port=chosen.port,
            workers=chosen.workers,
            timeout_graceful_shutdown=PATIENCE,
            **uvicorn_options(),
        )


if __name__ == "__main__":
    main()
