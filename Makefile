.DEFAULT_GOAL := help
.PHONY: help run set-up test check fix migrate vectors bench clean-demo

PY := .venv/bin/python

help:  ## say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: set-up  ## install what is needed here, then start a coalition of invented agencies on this machine
	@exec $(PY) -m server.demo

set-up:  ## install what is needed into this checkout (virtual environment, htmx)
	@scripts/set-up

test: set-up  ## install what the tests need, then check everything
	@scripts/set-up-tests
	@scripts/check

check: set-up  ## what CI runs: lint, types, import walls, templates, spelling, tests
	@scripts/check

fix: set-up  ## mend what the linters can mend themselves
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format --quiet .

migrate: set-up  ## write a migration from changed tables: make migrate APP=node
	@PICCOLO_CONF=server.piccolo_conf .venv/bin/piccolo migrations new $(APP) --auto

vectors: set-up  ## write the test vectors of the formats anew (look at the difference before you commit)
	@$(PY) -m tests.vectors.write

bench: set-up  ## measure (not a test): prints the figures and writes bench.json
	@$(PY) -m bench

clean-demo:  ## forget the demonstration coalition under .casefold/
	@rm -rf .casefold
