# Everything runs in .venv, which `make` creates with this Python (3.11 or newer).
PYTHON ?= python3

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup idp demo docs test check bench campaign mutants fuzz clean

BIN := .venv/bin
# One more than there are processors: many tests wait for processes and servers.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PROJECTS := pyproject.toml $(wildcard plugins/*/pyproject.toml)
PLUGINS := $(patsubst %/pyproject.toml,%,$(filter plugins/%,$(PROJECTS)))
THIRD_PARTY := $(patsubst %/pyproject.toml,%,$(wildcard tests/third_party/*/pyproject.toml))

# Stamps: what runs (the core and its plugins, editable), and what develops.
RUNNABLE := .venv/.runnable
COMPLETE := .venv/.complete

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(COMPLETE) ## Create .venv with the core, the plugins and the development tools

idp: ## Install the authorization server of tests/real_idp; it needs Node.js 20 or newer
	npm install --prefix tests/real_idp --no-package-lock --ignore-scripts --no-audit --no-fund \
	  --loglevel error

demo: $(RUNNABLE) ## Run the demonstration; it needs no account and no network
	@$(BIN)/mp demo

docs: $(RUNNABLE) ## Write the reference of the hooks anew: docs/hooks.md
	$(BIN)/python -m docs.reference

test: $(COMPLETE) ## Run all tests; it says how many were skipped, and why
	$(BIN)/python -m pytest -q -rfEs -n $(WORKERS) --dist worksteal

check: $(COMPLETE) ## Check format, style, imports and types, then run all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy
	set -e; for plugin in $(PLUGINS) $(THIRD_PARTY); do \
	  (cd $$plugin && $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml .); \
	done
	$(MAKE) --no-print-directory test

bench: $(COMPLETE) ## Measure the budgets
	$(BIN)/python -m pytest tests/benchmarks -q

MINUTES ?= 60
SEED ?=
campaign: $(COMPLETE) ## Kill and interrupt workers for an hour, and count the logins that are lost
	$(BIN)/python -m tests.campaign --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

mutants: $(COMPLETE) ## Put defects in that the campaign must notice, and say how soon it does
	$(BIN)/python -m tests.campaign.mutants

fuzz: MINUTES = 1
TARGET ?=
fuzz: $(COMPLETE) ## Let odd text in at every door, a minute for each, and print what goes wrong
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(addprefix --target ,$(TARGET)) \
	  $(if $(SEED),--seed $(SEED))

clean: ## Remove .venv, build results and caches
	rm -rf .venv build dist .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf tests/real_idp/node_modules plugins/*/build plugins/*/dist plugins/*/.hypothesis
	find mp_core plugins tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(COMPLETE): $(RUNNABLE)
	$(PIP) install --editable '.[dev]'
	@touch $@

$(RUNNABLE): $(BIN)/python $(PROJECTS)
	$(PIP) install --editable . $(addprefix --editable ./,$(PLUGINS))
	@touch $@

# Debian leaves ensurepip out of its Python unless python3-venv is installed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed. Name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo '$(PYTHON) cannot create environments. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
