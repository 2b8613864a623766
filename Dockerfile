# syntax=docker/dockerfile:1
# The board in one image: web, workers, relay, scheduler and migration differ only in their command (docker-compose.yml).
# Runs as user 10001 and needs no writable file system but a small /tmp.

ARG PYTHON_VERSION=3.13

# --- What both building stages need.
FROM python:${PYTHON_VERSION}-slim AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    UV_LINK_MODE=copy UV_NO_MANAGED_PYTHON=1 UV_PYTHON_DOWNLOADS=never
RUN --mount=type=cache,target=/root/.cache/pip pip install uv==0.13.8
WORKDIR /app

# --- The explorer: Node comes from PyPI, the packages from npm's lock file; only dist/ leaves this stage.
FROM builder AS explorer
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --only-group node
COPY nexus/__init__.py nexus/
COPY nexus/graphql/__init__.py nexus/graphql/
COPY nexus/graphql/graphiql/ nexus/graphql/graphiql/
RUN --mount=type=cache,target=/root/.npm .venv/bin/python -m nexus.graphql.graphiql.build

# --- The dependencies, then the code, all compiled; the admin's files collected.
FROM builder AS board
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-default-groups --compile-bytecode
COPY . .
COPY --from=explorer /app/nexus/graphql/graphiql/dist/ nexus/graphql/graphiql/dist/
RUN STATIC_ROOT=/app/static .venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf pyproject.toml uv.lock nexus/graphql/graphiql/src \
    && .venv/bin/python -m compileall -q accounts engine jobs kernel nexus schema

# --- What runs: Python, the environment and the code. No compiler, no uv, no Node.
FROM python:${PYTHON_VERSION}-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Nexus" \
      org.opencontainers.image.description="A self-hosted, GraphQL-first job board API server" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 10001 nexus \
    && useradd --uid 10001 --gid nexus --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nexus
WORKDIR /app
COPY --from=board /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/static
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=3)"]
# WEB_CONCURRENCY says how many processes; on SIGTERM requests that are being answered get 30 seconds.
CMD ["python", "-m", "nexus.serve", "--host", "0.0.0.0", "--port", "8000"]
