# What people, .ci/run and .github/workflows/ type. A machine needs Python 3.12 or newer and make, nothing else.

.DEFAULT_GOAL := help
.PHONY: help run test test-long lint bench schema explorer

# PYTHON=/path/to/python chooses another; the first that is new enough makes .venv.
PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3 python)
BIN := .venv/bin
# The explorer is built with the PATH's Node, or with the one that PyPI has.
NODE := $(if $(shell command -v node),,--group node)

help: ## What can be typed here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/synced explorer ## Start the whole board, with servers of its own unless DATABASE_URL names one
	@exec $(BIN)/python -m nexus.launcher

test: .venv/synced-dev explorer ## Run the tests in parallel on throw-away servers
	@$(BIN)/python -m pytest -n auto -m "not long" $(ARGS)

test-long: .venv/synced-dev explorer ## Run the tests that take minutes
	@$(call sync,$(NODE) --group dev --group data)
	@$(BIN)/python -m pytest -n auto -m long -o faulthandler_timeout=0 $(ARGS)

lint: .venv/synced-dev ## Check style, types, the house's arrows, migrations and the committed schema
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py lintmigrations --no-cache
	$(BIN)/python manage.py schema --check

bench: .venv/synced ## Measure the board beside its peers and the floors under them; ARGS=--quick is shorter
	@$(BIN)/python -m bench $(ARGS)

schema: .venv/synced ## Write the contracts anew: schema/schema.graphql and docs/openapi.yaml
	@$(BIN)/python manage.py schema

# The server starts without the explorer's assets too; its page then says how to build them.
explorer: .venv/synced
	@$(BIN)/python -m nexus.graphql.graphiql.build || echo "The explorer was not built; the board runs without it."

.venv/synced: uv.lock .venv/uv
	@$(call sync,$(NODE))
	@touch $@

.venv/synced-dev: uv.lock .venv/uv
	@$(call sync,$(NODE) --group dev)
	@touch $@ .venv/synced

# --inexact leaves alone what the lock does not know: uv itself, and the groups that another target asked for.
define sync
UV_PROJECT_ENVIRONMENT=.venv "$$(cat .venv/uv)" sync --frozen --inexact --no-python-downloads \
    --python $(BIN)/python $(1)
endef

.venv/uv:
	@found=; for python in $(PYTHONS); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && found=$$python && break; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "Nexus needs Python 3.12 or newer: install it, or name it with PYTHON=/path/to/python."; exit 1; \
	fi; \
	echo "Making .venv with $$("$$found" --version)"; \
	"$$found" -m venv .venv || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@if command -v uv >/dev/null; then command -v uv > $@; else \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check uv && echo "$(BIN)/uv" > $@; \
	fi
