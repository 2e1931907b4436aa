# Two commands from a bare clone: `make repro` runs the pipeline, `make test` runs every test.
# Both set everything up by themselves, in .venv, and do nothing twice.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# an environment keeps the Python that made it
ifeq ($(origin PYTHON) $(wildcard $(BIN)/python),command line $(BIN)/python)
ifneq ($(shell $(PYTHON) -V),$(shell $(BIN)/python -V))
$(error $(VENV) has $(shell $(BIN)/python -V), and $(PYTHON) is $(shell $(PYTHON) -V); run `make clean-venv`, then this again)
endif
endif
# make 3.81, which macOS has, looks for a command in the path below only if its shell is not the default one
SHELL := /bin/bash
# the stages are run as `python -m stages.…` by DVC, which takes the first python of the path
export PATH := $(CURDIR)/$(BIN):$(PATH)
export UV_LINK_MODE ?= copy
# otherwise every process compiles all libraries again where PYTHONDONTWRITEBYTECODE is set, as in many containers
export UV_COMPILE_BYTECODE ?= 1

.PHONY: help setup repro page plots experiments test test-fast check format lock clean-venv

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(VENV)/.runtime ## only set up what the pipeline needs

repro: $(VENV)/.runtime ## run the pipeline on the data that params.yaml names, and print the verdict
	@python -m tools.params check
	@python -m tools.repro

plots: $(VENV)/.runtime ## draw DVC's plots as dvc_plots/index.html (REVS="main HEAD" compares)
	@dvc plots $(if $(REVS),diff $(REVS),show)

# hashes of files, and of the metrics all but those that a choice depends on
HIDDEN := Created|metrics/strategies.*|[^:]*/[^:]*$$|requirements.lock|.*:(log_loss|threshold|precision|recall|specificity|.*_accuracy|accuracy|g_mean|[tf][pn]|cv_.*)
experiments: $(VENV)/.runtime ## list DVC's experiments with the champion, its metrics and the changed params
	@dvc exp show --md --only-changed --hide-workspace --drop '$(HIDDEN)'

page: $(VENV)/.runtime ## compare the working tree with the last commit, as reports/review.html
	@python -m tools.compare HEAD --html reports/review.html

test: $(VENV)/.develop $(VENV)/.packages ## run every test that CI runs
	@python -m pytest -n 3 --dist worksteal  # for two cores: some tests wait for servers

test-fast: $(VENV)/.develop ## run the tests that take seconds
	@python -m pytest -n 3 --dist worksteal -m "not slow"

check: $(VENV)/.develop ## format, lint, types, import borders, workflows, generated files
	@ruff format --check .
	@ruff check .
	@mypy
	@for system in darwin win32; do mypy --platform $$system --no-warn-unreachable --cache-dir .mypy_cache/$$system || exit; done
	@lint-imports --no-cache
	@zizmor --offline --quiet .github/workflows
	@python -m tools.params.schemas --check

format: $(VENV)/.develop ## put the code into its form, and the generated files up to date
	@ruff format .
	@ruff check --fix .
	@python -m tools.params.schemas

# The locks name packages, versions and hashes for every platform, and no index. Each library has one version for all
# Pythons, so that every Python gives the same numbers. networkx 3.6 excludes Python 3.14.1, which would fork the lock.
COMPILE := echo 'networkx<3.6' | uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --custom-compile-command "make lock" --quiet -c -
lock: $(VENV)/.setup ## resolve the newest versions that the project allows
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade -c requirements.lock --group dev -o requirements-dev.lock
	uv pip compile --group setup --upgrade --universal --python-version 3.11 --generate-hashes --quiet -o requirements-setup.lock

clean-venv: ## forget the environment
	rm -rf $(VENV)

# a dot every five seconds on a terminal, while this shell lives: what follows prints nothing for a minute
DOTS := if test -t 2; then while sleep 5; kill -0 $$$$ 2>/dev/null; do printf . >&2; done & fi
# uv goes into the environment first: it installs the rest eight times faster than pip
$(VENV)/.setup: requirements-setup.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: Python 3.11 or newer is needed; found $$($(PYTHON) -V); name another with make PYTHON=…" >&2; exit 2; }
	@echo "Setting up $(VENV) (once; a minute or two)" >&2
	@$(DOTS); test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(DOTS); python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@touch $@

$(VENV)/.runtime: requirements.lock $(VENV)/.setup
	@$(DOTS); uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.develop: requirements-dev.lock $(VENV)/.runtime
	@$(DOTS); uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

# tests drive a real Chromium and, in CI, a real ssh server; where none can be had they say so and are skipped
$(VENV)/.packages: .ci/packages $(VENV)/.setup
	@.ci/packages
	@touch $@
