PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
STAMP := $(VENV)/.installed
PIP := $(PY) -m pip --quiet --disable-pip-version-check
PYTEST := $(PY) -m pytest -n auto --maxprocesses 4

MINUTES ?= 60
SEED ?= 1

.PHONY: help venv demo check test torture lint format lock bench peer clean FORCE

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-8s%s\n", $$1, $$2 }' Makefile

venv: $(STAMP)  ## make .venv with everything that is needed, as locked

# The stamp holds the folder: a checkout that was moved is installed again.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): FORCE
endif
$(STAMP): requirements.lock pyproject.toml
	@$(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'ovmr-index needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)' >&2; \
	    exit 1; } && \
	  $(PYTHON) -m venv --clear $(VENV); }
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@echo '$(CURDIR)' > $@

demo: venv  ## make ./demo: a small tree, its index, the exported files
	@rm -rf demo
	@$(PY) $(BIN)/ovmr-index demo demo

check: lint  ## lint, then run the quick tests: under a minute
	$(PYTEST) -m 'not slow'

test: lint  ## lint, then run every test
	$(PYTEST)

torture: venv  ## stress the program for an hour, or MINUTES; SEED repeats what was tried
	@$(PIP) install --require-hashes -r requirements-torture.lock || \
		echo "Atheris does not install here: the readers get inputs that are changed by chance"
	$(PY) -m tests.torture --minutes $(MINUTES) --seed $(SEED)

lint: venv  ## ruff, mypy and the rules of who may import whom
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) $(BIN)/lint-imports --no-logo

format: venv  ## format the code
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

lock: venv  ## make requirements.lock again; versions in it stay where they still fit
	$(PY) -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	  --quiet --output-file requirements.lock
	$(PY) -m uv pip compile --group torture --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	  --quiet --output-file requirements-torture.lock
	$(PY) -m uv pip compile --group benchmark --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	  --quiet --output-file requirements-benchmark.lock

bench: venv  ## time ovmr-index on a tree of real scale
	$(PY) -m benchmarks

peer: venv  ## the same, in turn with the job written by hand in DuckDB
	@$(PIP) install --require-hashes -r requirements-benchmark.lock
	$(PY) -m benchmarks --peer

clean:  ## remove what the other targets made, .venv excepted
	rm -rf build demo dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name .venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
