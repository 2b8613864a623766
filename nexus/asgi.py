"""The ASGI application that uvicorn serves: `/graphql`, REST and the feeds at the door, uploads, all else by Django."""

import gc
import os
from threading import Thread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")

from django.core.asgi import get_asgi_application

from nexus.environment import require_database

django_application = get_asgi_application()
# The settings have read `.env` by now.
require_database()

from django.conf import settings  # noqa: E402  # models can be imported only from here on
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: E402

from jobs.search import meaning  # noqa: E402
from kernel.release import release  # noqa: E402
from nexus import faults, files  # noqa: E402
from nexus.client_address import client_of  # noqa: E402
from nexus.feeds import answering as feeds  # noqa: E402
from nexus.graphql.door import Door, Receive, Scope, Send  # noqa: E402
from nexus.graphql.execution import on_engine  # noqa: E402
from nexus.graphql.oracle import on_graphql_core  # noqa: E402
from nexus.graphql.planning import engine  # noqa: E402
from nexus.rest import answering as rest  # noqa: E402

release()
faults.has_sentry()
desks = {"/api/v1": rest.DESK, **dict.fromkeys(feeds.PATHS, feeds.DESK)}
door = Door(on_engine if settings.ENGINE else on_graphql_core, desks)
# A schema or a setting that cannot be served stops the process here, and not every request later.
engine()

# What is loaded by now stays for good. What a request makes is nearly all freed as soon as nothing refers to it, and
# a large answer alone makes thousands of objects: with Python's own numbers the search for cycles takes up to half of
# the time of such an answer, and finds next to none.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 10, 10)
# It takes a second or two, which requests that do not search need not wait for.
Thread(target=meaning.prepare, name="meaning", daemon=True).start()


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request."""
    scope = {**scope, "client": client_of(scope.get("client"))}
    if scope["type"] == "http" and door.serves(scope["path"]):
        await door(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].startswith(files.UPLOADS):
        await files.receive_upload(scope, receive, send)
    else:
        await django_application(scope, receive, send)  # type: ignore[arg-type]  # Django asks for a narrower `send`


application = _application
if settings.TRUSTED_PROXIES:
    application = ProxyHeadersMiddleware(_application, settings.TRUSTED_PROXIES)  # type: ignore[arg-type, assignment]  # ASGI
