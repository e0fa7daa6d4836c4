.DEFAULT_GOAL := help
.PHONY: help run install test check fix migrate bench forget

serves = import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))
PYTHON ?= $(shell for python in python3.12 python3.11 python3; do \
	if $$python -c '$(serves)' >/dev/null 2>&1; then echo $$python; exit; fi; done)
BIN := .venv/bin
GROUND := tests/crypto tests/tiers tests/directory

# Compiled modules are kept, whatever the caller prefers: without them each of the hundreds of
# processes the tests start compiles Casefold anew.
export PYTHONDONTWRITEBYTECODE :=

help:  ## say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: install  ## install what is needed, start a coalition of invented agencies (other ports: DEMO_PORT=9400)
	@exec $(BIN)/python -m server.cli.demo

install:  ## install what is needed into this checkout (virtual environment, htmx)
	@test -n "$(PYTHON)" || { echo "Casefold needs Python 3.11 or 3.12, and found neither: install one, or name it: make PYTHON=/path/to/python3.12 run" >&2; exit 2; }
	@$(PYTHON) install.py

test: install  ## install what the tests need, then check everything
	@$(PYTHON) install.py --tests
	@$(MAKE) --no-print-directory check

check: install  ## what CI runs: lint, types, import walls, templates, spelling, tests
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint web/templates --lint --quiet
	$(BIN)/codespell
	$(BIN)/pytest $(GROUND) -q -n 2 --cov=crypto --cov=tiers --cov=directory --cov-branch \
		--cov-report=term-missing:skip-covered --cov-fail-under=100
	$(BIN)/pytest -n 2 --dist loadfile $(GROUND:%=--ignore=%)

fix: install  ## mend what the linters can mend themselves
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

migrate: install  ## write a migration from changed tables: make migrate APP=node
	@CASEFOLD_DATA=$$(mktemp -d) PICCOLO_CONF=server.piccolo_conf $(BIN)/piccolo migrations new $(APP) --auto

bench: install  ## measure (not a test): prints the figures and writes bench.json
	@$(BIN)/python tests/bench/run.py

forget:  ## forget the invented coalition under .casefold/
	@rm -rf .casefold
