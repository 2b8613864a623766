"""Settings, all read from the environment. `.env.example` documents each variable.

Production is a database named in `DATABASE_URL` and no `DEBUG`; it refuses to start half configured. `make run` and
`manage.py` without a `DATABASE_URL` bring servers of their own and set what development needs.
"""

import importlib.util
import os
import re
import secrets
import sys
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import structlog
from celery.schedules import crontab

from nexus import file_stores, mailers
from nexus.environment import Environment, is_local, load_env_file
from nexus.identity_providers import identity_providers

BASE_DIR = Path(__file__).resolve().parent.parent

load_env_file()
env = Environment()

DEBUG = env.flag("DEBUG", default=False)
# Without a key of its own a process makes one up, so that there is no default for anyone to know.
SECRET_KEY = env.text("SECRET_KEY") or secrets.token_urlsafe(50)
# What was sealed or signed under a former key is good while that stands here.
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CORS_ALLOWED_ORIGINS = env.items("CORS_ALLOWED_ORIGINS", [])

DATABASE_URL = env.url("DATABASE_URL", "postgresql://database-url-is-not-set.invalid/nexus", "postgresql", "postgres")
DATABASES: dict[str, dict[str, Any]] = {"default": environ.Env.db_url_config(DATABASE_URL)}
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# From its third run on a connection, the server keeps a hot read parsed and planned (`kernel.prepared`).
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 2 if env.flag("DATABASE_PREPARE", default=True) else None

REDIS_URL = env.url("REDIS_URL", "redis://localhost:6379/0", "redis", "rediss", "unix")
KEY_PREFIX = env.text("KEY_PREFIX", "nexus")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": KEY_PREFIX,
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
            # Not pickle: whoever could write to the cache server could then run code here.
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        },
    }
}
# Whether answers to public queries are kept for others who ask the same, and in how much of a process's memory.
RESPONSE_CACHE = env.choice("RESPONSE_CACHE", "on", "off") == "on"
RESPONSE_CACHE_MB = env.number("RESPONSE_CACHE_MB", default=32, least=0, most=65536)

INSTALLED_APPS = [
    # The plain one: the other would put its own site before ours.
    "unfold.apps.BasicAppConfig",
    "nexus.admin_config.NexusAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "graphene_django",
    "django_structlog",
    "django_prometheus",
    # Swagger UI's files, for /api/docs.
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
    "kernel",
    "accounts",
    "jobs",
    "nexus",
]
if importlib.util.find_spec("django_migration_linter"):
    # A development tool: `make lint` asks it whether a migration can run while the board is online.
    INSTALLED_APPS.append("django_migration_linter")
MIGRATION_LINTER_OPTIONS = {
    # They change tables in ways that the servers of the release before could not bear; there is no such release.
    "ignore_name": ["0002_imports", "0002_audit", "0020_stage_template_rules"],
    # django-allauth's own.
    "exclude_apps": ["account", "socialaccount"],
}

MIDDLEWARE = [
    # Around all of Django's own paths; the door counts for itself.
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    # Before the host check: a load balancer asks for an instance's health by its address.
    "nexus.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nexus.request_id.RequestLog",
    "nexus.request_id.request_id_middleware",
    "nexus.outage.DatabaseAwayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "nexus.urls"
ASGI_APPLICATION = "nexus.asgi.application"
STATIC_URL = "static/"
# The explorer's bundle, which is built and not committed; without it the explorer's page says how to build it.
EXPLORER_ASSETS = BASE_DIR / "nexus" / "graphql" / "graphiql" / "dist"
STATICFILES_DIRS = [("graphiql", EXPLORER_ASSETS)] if EXPLORER_ASSETS.is_dir() else []
# Collected files where there are any (the image); else each file from the package that it came with.
STATIC_ROOT = env.text("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
# WhiteNoise's files are small enough to be read whole, which Django's ASGI handler would remark on each time.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
WHITENOISE_ALLOW_ALL_ORIGINS = False
# The explorer's files carry a hash of their content in their names.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/graphiql/[\w.-]+-[0-9A-Z]{8}\.[\w.]+$"
# Private files: nothing serves this folder; what is in it is given out by views that ask who wants it.
MEDIA_ROOT = env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media"))
# Or a private bucket of an S3 store, in the folder's place.
FILE_STORE = env.text("FILE_STORE") and env.url("FILE_STORE", "", "s3")
try:
    STORAGES = {
        "default": file_stores.file_store(FILE_STORE),
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
except ValueError as fault:
    env.faults.append(f"FILE_STORE: {fault}")
# What looks at each file that somebody uploads: clamd's address, or the dotted name of a function; empty: nothing.
FILE_SCANNER = env.text("FILE_SCANNER")
if FILE_SCANNER and not re.fullmatch(r"clamd://[^/\s]+|clamd\+unix:///\S+|[^\W\d]\w*(\.[^\W\d]\w*)+", FILE_SCANNER):
    env.faults.append("FILE_SCANNER: is no clamd://host:port, clamd+unix:///path or dotted name of a function.")
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False

UNFOLD = {"SITE_TITLE": "Nexus", "SITE_HEADER": "Nexus"}

AUTH_USER_MODEL = "accounts.User"
# What `accounts.services.password` and the admin ask of a new password (NIST SP 800-63B): no rules about characters.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = [
    "accounts.auth.authentication.TokenBackend",
    "django.contrib.auth.backends.ModelBackend",
]
GRAPHENE = {
    "SCHEMA": "schema.root.schema",
    # Runs at each field when the engine is off, and finds that the door knows already who asks.
    "MIDDLEWARE": ["graphql_jwt.middleware.JSONWebTokenMiddleware"],
}
# The keys of access tokens by name: the first signs, and all are believed (docs/authentication.md).
JWT_KEYS = env.signing_keys("JWT_KEYS", SECRET_KEY)
# Whether a browser may keep its refresh token in a cookie, out of its pages' reach.
AUTH_COOKIES = env.choice("AUTH_COOKIES", "off", "on") == "on"
GRAPHQL_JWT = {
    "JWT_AUTH_HEADER_PREFIX": "Bearer",
    "JWT_ALGORITHM": "HS256",
    "JWT_ISSUER": "nexus",
    "JWT_AUDIENCE": "nexus",
    "JWT_VERIFY_EXPIRATION": True,
    "JWT_EXPIRATION_DELTA": timedelta(minutes=5),
    "JWT_PAYLOAD_HANDLER": "accounts.auth.jwt.payload",
    "JWT_ENCODE_HANDLER": "accounts.auth.jwt.encode",
    "JWT_DECODE_HANDLER": "accounts.auth.jwt.decode",
    "JWT_PAYLOAD_GET_USERNAME_HANDLER": "accounts.auth.jwt.subject",
    "JWT_GET_USER_BY_NATURAL_KEY_HANDLER": "accounts.auth.jwt.user_by_subject",
}
# Cookies of the admin; a browser sends them back over TLS only, except in development.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
CSRF_TRUSTED_ORIGINS = [f"https://{'*' + host if host.startswith('.') else host}" for host in ALLOWED_HOSTS]

# Identity providers; `nexus.sign_in` uses of django-allauth what speaks their protocols, and no more.
SIGN_IN = identity_providers(env.text("SIGN_IN"), env.faults)
HEADLESS_ONLY = True
SOCIALACCOUNT_ADAPTER = "nexus.sign_in.Adapter"
SOCIALACCOUNT_QUERY_EMAIL = True
SOCIALACCOUNT_STORE_TOKENS = False

# Whether the admin lets in only those who have a second factor.
ADMIN_TOTP = env.flag("ADMIN_TOTP", default=not DEBUG)

# Whether our engine executes documents, or graphql-core through graphene-django's own view.
ENGINE = env.choice("ENGINE", "on", "off") == "on"
# How many of 100 live queries graphql-core executes as well, to compare its answer with the engine's.
SHADOW_PERCENT = env.number("SHADOW_PERCENT", default=0, least=0, most=100)
# Points that one operation may take; an object that is asked for is a point.
COST_LIMIT = env.number("COST_LIMIT", default=200_000, least=1_000, most=999_999_999)
# Points a minute; an object that is asked for is a point. 0: no limit.
RATE_LIMIT = env.number("RATE_LIMIT", default=300_000, least=0, most=999_999_999)
RATE_LIMIT_ADDRESS = env.number("RATE_LIMIT_ADDRESS", default=3_000_000, least=0, most=999_999_999)
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
EXECUTION_TIMEOUT = env.number("EXECUTION_TIMEOUT", default=10, least=1, most=300)
GRAPHQL_THREADS = env.number("GRAPHQL_THREADS", default=4, least=1, most=64)
GRAPHQL_QUEUE = env.number("GRAPHQL_QUEUE", default=64, least=0, most=10_000)
METRICS_TOKEN = env.text("METRICS_TOKEN")
PROMETHEUS_MULTIPROC_DIR = env.text("PROMETHEUS_MULTIPROC_DIR")
if not PROMETHEUS_MULTIPROC_DIR:
    # The library reads it by itself, and takes an empty one for a folder.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
elif not Path(PROMETHEUS_MULTIPROC_DIR).is_dir():
    env.faults.append("PROMETHEUS_MULTIPROC_DIR: is no folder.")
SENTRY_DSN = env.text("SENTRY_DSN") and env.url("SENTRY_DSN", "", "https", "http")
# Whether anybody may ask for the schema, and whether a browser that comes to /graphql gets the explorer.
INTROSPECTION = env.choice("INTROSPECTION", "on", "off") == "on"
EXPLORER = env.choice("EXPLORER", "on", "off") == "on"
# The REST mirror's contract; what else there is to say of it, each endpoint says (`nexus.rest.contract`).
# Without the override, `format` is a parameter like others: one that does not exist.
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None, "URL_FORMAT_OVERRIDE": None}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Nexus",
    "DESCRIPTION": "The reads of the GraphQL endpoint as REST: the same words, ids, cursors, limits and error codes.",
    "VERSION": "1",
    "SECURITY": [],
    "TAGS": [
        {"name": "search", "description": "Jobs by words, and how to go on with words."},
        {"name": "jobs", "description": "Live jobs by filters, and one at a time."},
        {"name": "companies", "description": "Who is hiring."},
        {"name": "taxonomy", "description": "What jobs are told apart by: fields of work, skills and places."},
    ],
    "APPEND_COMPONENTS": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    # Enums stand where they are used.
    "POSTPROCESSING_HOOKS": [],
}
# Whether clients may, or must, name documents that were published to the board; see docs/trusted-documents.md.
TRUSTED_DOCUMENTS = env.choice("TRUSTED_DOCUMENTS", "off", "optional", "required")
PERSISTED_QUERIES = env.choice("PERSISTED_QUERIES", "on", "off") == "on"
JOB_LIFETIME_DAYS = env.number("JOB_LIFETIME_DAYS", default=60, least=1, most=3650)
# Months for which it is kept what people did with postings, beside the present one.
INTERACTION_MONTHS = env.number("INTERACTION_MONTHS", default=13, least=6, most=120)
# Whether a source on a schedule may be a machine of this network.
IMPORT_ALLOW_PRIVATE = env.flag("IMPORT_ALLOW_PRIVATE", default=False)
# Where the worker has exchange rates from, a few times a day; empty: nowhere.
FX_RATES_URL = env.url("FX_RATES_URL", "https://", "https", "http") if env.text("FX_RATES_URL") else ""

CELERY_BROKER_URL = env.url(
    "CELERY_BROKER_URL", REDIS_URL.replace("unix:", "redis+socket:"), "amqp", "amqps", "redis", "rediss", "redis+socket"
)
CELERY_TASK_DEFAULT_QUEUE = KEY_PREFIX
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long the broker is away.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
if CELERY_BROKER_URL.startswith("amqp"):
    # Whoever sends a message waits until the broker has it.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"confirm_publish": True}
else:
    # Longer than any task may run, or Valkey would deliver it a second time.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{KEY_PREFIX}:", "visibility_timeout": 3600}
CELERY_BEAT_SCHEDULER = "nexus.scheduler.Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = {
    # A look that nobody took within the minute is not taken twice in the next one.
    "import-due": {"task": "jobs.tasks.imports.import_due", "schedule": 60, "options": {"expires": 60}},
    "move-jobs": {"task": "jobs.tasks.jobs.move_jobs", "schedule": 30, "options": {"expires": 30}},
    "remind-of-ends": {"task": "jobs.tasks.jobs.remind_of_ends", "schedule": 3600, "options": {"expires": 3600}},
    "index-pending": {"task": "jobs.tasks.upkeep.index_pending", "schedule": 10, "options": {"expires": 10}},
    "rebuild-vocabulary": {
        "task": "jobs.tasks.upkeep.rebuild_vocabulary",
        "schedule": 900,
        "options": {"expires": 900},
    },
    "drain-signals": {"task": "jobs.tasks.feed.drain_signals", "schedule": 5, "options": {"expires": 5}},
    "keep-interactions": {"task": "jobs.tasks.feed.keep_interactions", "schedule": 3600, "options": {"expires": 3600}},
    "learn-cells": {
        "task": "jobs.tasks.feed.learn_cells",
        "schedule": crontab(hour=3, minute=20),
        "options": {"expires": 3600},
    },
    "release-notifications": {
        "task": "accounts.tasks.release_notifications",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "forget-files": {"task": "jobs.tasks.files.forget_files", "schedule": 3600, "options": {"expires": 3600}},
    "resume-exports": {"task": "jobs.tasks.files.resume_exports", "schedule": 60, "options": {"expires": 60}},
    "release-rejection-mails": {
        "task": "jobs.tasks.pipeline.release_rejection_mails",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "forget-expired": {"task": "accounts.tasks.forget_expired", "schedule": 3600, "options": {"expires": 3600}},
    "forget-sessions": {"task": "accounts.tasks.forget_sessions", "schedule": 3600, "options": {"expires": 3600}},
    "recheck-domains": {"task": "jobs.tasks.upkeep.recheck_domains", "schedule": 3600, "options": {"expires": 3600}},
    "refresh-duplicates": {
        "task": "jobs.tasks.imports.refresh_duplicates",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "load-rates": {"task": "jobs.tasks.upkeep.load_rates", "schedule": 6 * 3600, "options": {"expires": 3600}},
    "forget-searches": {"task": "jobs.tasks.upkeep.forget_searches", "schedule": 3600, "options": {"expires": 3600}},
    "forget-old": {"task": "nexus.tasks.forget_old", "schedule": 3600, "options": {"expires": 3600}},
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# This board's own address, and the front end's, to which the links in mail lead.
PUBLIC_URL = env.url("PUBLIC_URL", "http://localhost:8000", "https", "http").rstrip("/")
# Of what is stored only logos are public; `nexus.media` serves them.
MEDIA_URL = f"{PUBLIC_URL}/media/"
CLIENT_URL = env.url("CLIENT_URL", f"{PUBLIC_URL}/dev/client", "https", "http").rstrip("/")
SIGN_IN_RETURN_URLS = env.items("SIGN_IN_RETURN_URLS", [f"{CLIENT_URL}/signed-in"])
# Who sends the mail, and through which server; see docs/mail.md.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.sender("DEFAULT_FROM_EMAIL", "Nexus <nexus@localhost>")
EMAIL_URL = env.text("EMAIL_URL") and env.url("EMAIL_URL", "", *mailers.SCHEMES)
try:
    MAILERS = {"default": mailers.mailer(EMAIL_URL)}
except ValueError as fault:
    env.faults.append(f"EMAIL_URL: {fault}")
# What providers send with the news of a mail that came back; without it they are not listened to.
EMAIL_WEBHOOK_SECRET = env.text("EMAIL_WEBHOOK_SECRET")
if EMAIL_WEBHOOK_SECRET and not re.fullmatch(r"[^:]+:.{16,}", EMAIL_WEBHOOK_SECRET):
    env.faults.append("EMAIL_WEBHOOK_SECRET: is not name:password with 16 or more characters of password.")
ANYMAIL = mailers.webhook_options(EMAIL_URL, EMAIL_WEBHOOK_SECRET)
# A folder of templates that stand before ours.
MAIL_TEMPLATES = env.text("MAIL_TEMPLATES")
if MAIL_TEMPLATES and not Path(MAIL_TEMPLATES).is_dir():
    env.faults.append("MAIL_TEMPLATES: is no folder.")
# Where mail goes without EMAIL_URL; /dev/mail shows it.
MAIL_FOLDER = Path(env.text("NEXUS_HOME") or BASE_DIR / "var").expanduser().resolve() / "mail"

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL")
# Frames without their variables: among those are passwords and whatever else a request held.
WITHOUT_LOCALS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(
                    [
                        structlog.dev.ConsoleRenderer(
                            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
                        )
                    ]
                    if DEBUG
                    else [WITHOUT_LOCALS, structlog.processors.JSONRenderer()]
                ),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own development handlers would say everything twice.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # What these say of requests that are refused has the whole path, which may open something; `RequestLog` says it
        # without.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
        # That a task comes and goes is said once, with its request; to who develops only what goes wrong is, for the
        # scheduler sends some every few seconds.
        **{key: {"level": "WARNING"} for key in ["celery.worker.strategy", "celery.app.trace"]},
        **{key: {"level": "WARNING" if DEBUG else "INFO"} for key in ["celery.beat", "django_structlog.celery"]},
    },
}
structlog.configure(
    processors=[
        *LOG_PROCESSORS,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def _check_production() -> None:
    key = env.text("SECRET_KEY")
    # The rule of Django's own deployment check, security.W009.
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        env.faults.append(
            "SECRET_KEY: set 50 or more random characters, for example from "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(50))'`."
        )
    for name in (
        *("ALLOWED_HOSTS", "REDIS_URL", "CELERY_BROKER_URL"),
        *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "PUBLIC_URL", "CLIENT_URL"),
    ):
        if not env.text(name):
            env.faults.append(f"{name}: is not set; production names it.")


for name, limit in (("RATE_LIMIT", RATE_LIMIT), ("RATE_LIMIT_ADDRESS", RATE_LIMIT_ADDRESS)):
    if 0 < limit < COST_LIMIT:
        env.faults.append(f"{name}: is below COST_LIMIT, so that some operations could never be paid for.")
if any(host == "*" for host in ALLOWED_HOSTS):
    env.faults.append("ALLOWED_HOSTS: `*` lets anyone choose the host name in links; list the names you serve.")
if "*" in CORS_ALLOWED_ORIGINS:
    env.faults.append("CORS_ALLOWED_ORIGINS: `*` is every site there is; list the origins, or leave it unset.")
if DEBUG and not all(is_local(host) for host in ALLOWED_HOSTS):
    env.faults.append("DEBUG: is on for hosts that others can reach, and shows them our insides; set DEBUG=0.")
if env.text("DATABASE_URL") and not DEBUG:
    _check_production()
env.refuse()
