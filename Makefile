# make setup | run | test | long | proofs | check | bench | lock | clean

.DEFAULT_GOAL := help
.PHONY: help setup run test long proofs needs check bench lock clean
.SILENT:
.DELETE_ON_ERROR:

# Without bytecode every start pays seconds of compiling; the others point at somebody else's packages.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV

PYTHON ?= python3
PACKAGES := bot handlers video payments storage booking sandbox
SERVERS := postgresql mariadb-server-core mariadb-client-core iproute2
BROWSER := chromium-headless-shell fonts-dejavu-core fonts-noto-core fonts-noto-color-emoji

# Makes the virtual environment hold exactly one lock and, as a path to this folder, Bellhop.
define sync
	[ -x .venv/bin/python ] || scripts/uv venv --quiet --clear --no-python-downloads --python "$(PYTHON)" .venv
	scripts/uv pip sync --quiet --python .venv --require-hashes --compile-bytecode $(1)
	scripts/uv pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	.venv/bin/python -m compileall -q $(PACKAGES)
endef

help: ## say what there is
	sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 14

setup: .venv/.dev ## build the virtual environment in .venv, for running and for working on Bellhop

run: .venv/.runtime ## run Bellhop: the sandbox, or the real thing when .env names accounts
	exec .venv/bin/bellhop run $(ARGS)

# What the tests look for on the machine: a browser, database servers, network namespaces.
needs:
	command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || scripts/debian $(BROWSER) || echo "Tests in a browser are skipped." >&2
	[ -x /usr/sbin/mariadbd ] && [ -d /usr/lib/postgresql ] && command -v ip >/dev/null || scripts/debian $(SERVERS) || echo "Tests on database servers are skipped." >&2

test: .venv/.dev needs ## run the tests, on loopback only (ARGS="tests/payments -k refund")
	.venv/bin/python -m pytest -n 3 --dist=worksteal -q --ignore=tests/engine -m "not long" $(ARGS)

long: .venv/.dev needs ## run the tests that take long: whole histories, every door, every gateway (BELLHOP_NIGHTLY=1: an hour)
	.venv/bin/python -m pytest -n 3 -q --ignore=tests/engine -m long $(ARGS)

proofs: .venv/.dev needs ## kill, stop, cut off and starve real processes under load (BELLHOP_NIGHTLY=1: two hundred times)
	.venv/bin/python -m pytest -q tests/engine $(ARGS)

check: .venv/.dev ## lint, types, folder rules, dependencies, spelling
	.venv/bin/ruff check --quiet .
	.venv/bin/ruff format --quiet --check .
	.venv/bin/mypy --no-error-summary
	.venv/bin/lint-imports
	.venv/bin/deptry .
	.venv/bin/codespell

bench: .venv/.dev ## measure, beside the baselines (ARGS=--growth: with a million of everything; ARGS=--teams: with a thousand teams)
	$(MAKE) --no-print-directory .venv-djstripe/.ready || true
	.venv/bin/python -m bench $(ARGS)

lock: ## renew locks/ after a change of dependencies
	scripts/lock

clean: ## remove what was built here; data and .env stay
	rm -rf .venv .venv-djstripe .tools build dist htmlcov .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock for development holds the one for running, so whoever has the former has both.
.venv/.dev: locks/dev.txt pyproject.toml
	$(call sync,locks/dev.txt)
	touch .venv/.runtime .venv/.dev

# In a virtual environment made for development, running must not take the tools away.
.venv/.runtime: locks/runtime.txt pyproject.toml
	$(call sync,$(if $(wildcard .venv/.dev),locks/dev.txt,locks/runtime.txt))
	touch .venv/.runtime

# dj-stripe wants an older Stripe SDK, and Django; it is measured beside Bellhop and never installed with it.
.venv-djstripe/.ready: locks/bench-djstripe.txt
	scripts/uv venv --quiet --clear --no-python-downloads --python "$(PYTHON)" .venv-djstripe
	scripts/uv pip sync --quiet --python .venv-djstripe --require-hashes --compile-bytecode $<
	touch $@
