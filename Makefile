PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
STAMP := $(VENV)/.installed
DEMO_STAMP := $(VENV)/.demo-installed
# What is installed is compiled when it is imported first: most of it never is.
PIP := $(PY) -m pip --quiet --disable-pip-version-check
INSTALL := install --no-compile
OF_UV := /^[a-z]/ { found = /^uv==/ } found
# One for each processor, six at most: while a test waits for another process, the clients, lint and
# PostgreSQL's part have something to do. Each takes ten seconds to collect the tests.
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN | awk '{ print ($$1 < 6 ? $$1 : 6) }')
PYTEST := $(PY) -m pytest -n $(WORKERS)
# What tests write is in memory where there is room for it: a tree is copied there in a quarter of the
# time. A server that they start runs as another user, who must get there.
IN_MEMORY := test "$$(df -k /dev/shm 2>/dev/null | awk 'END { print $$4 + 0 }')" -ge 8000000 && test -w /dev/shm
TEMPORARY := $(shell if $(IN_MEMORY); then echo /dev/shm; else echo "$${TMPDIR:-/tmp}"; fi)
IN_TEMPORARY := tmp=$$(mktemp -d "$(TEMPORARY)/ovmr-index-XXXXXX") && chmod 755 "$$tmp" && \
	trap 'rm -rf "$$tmp"' EXIT INT TERM && TMPDIR="$$tmp"
BROWSER := $(VENV)/browser
NO_BROWSER := $(VENV)/no-browser
NO_SHELL := $(VENV)/no-shell

CLIENTS := .venv-clients
CLIENTS_PY := $(CLIENTS)/bin/python
CLIENTS_STAMP := $(CLIENTS)/.installed
CLIENTS_PIP := $(CLIENTS_PY) -m pip --quiet --disable-pip-version-check
# The suite runs beside them, and each worker takes seconds to import all the clients. There is one,
# not none: a client that ends its process fails one test.
CLIENTS_PYTEST := $(CLIENTS_PY) -m pytest -n 1
# Spark comes as its source, of which a wheel is made: to compress that takes most of the time.
UNCOMPRESSED := --config-setting=--build-option=--compression=stored
# PyTorch comes in a build for each kind of processor: no hash holds for all of them.
PYTORCH := torch==2.13.0 torchvision==0.28.0

FOLDERS ?= tests
# What `make test` runs on PostgreSQL, too: the published files, pools, draws and marks.
ON_POSTGRESQL := tests/conformance/test_main_job.py tests/pools tests/curation
MINUTES ?= 60
SEED ?= 1

# What is compiled is kept, whatever the environment says: tests start some thousand processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help venv clients browser demo docs check test browser-and-shells compiled suite suite-of-clients suite-on-postgresql postgresql exhaustive torture lint format lock bench pages peer clean FORCE

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-12s%s\n", $$1, $$2 }' Makefile

venv: $(STAMP)  ## make .venv with everything that is needed, as locked

# The stamps hold the folder: a checkout that was moved is installed again.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): FORCE
endif
ifneq ($(shell cat $(DEMO_STAMP) 2>/dev/null),$(CURDIR))
$(DEMO_STAMP): FORCE
endif

define make_venv
	@$(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'ovmr-index needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)' >&2; \
	    exit 1; } && \
	  $(PYTHON) -m venv --clear $(VENV); }
endef

define install_checkout
	@$(PIP) $(INSTALL) --no-deps --no-build-isolation -e .
	@echo '$(CURDIR)' > $@
endef

# uv installs side by side what takes pip a minute; pip, where only its own settings lead to packages.
$(STAMP): requirements.lock pyproject.toml
	$(make_venv)
	@awk '$(OF_UV)' $< > $(VENV)/uv.lock
	@$(PIP) $(INSTALL) --require-hashes -r $(VENV)/uv.lock
	@$(PY) -m uv pip install --quiet --python $(PY) --require-hashes -r $< || \
	  $(PIP) $(INSTALL) --require-hashes -r $<
	$(install_checkout)

# uv itself does not stay: the demo has what the program needs, no more.
$(DEMO_STAMP): requirements-demo.lock requirements.lock pyproject.toml
	$(make_venv)
	@uv=$$(mktemp -d) && trap 'rm -rf "$$uv"' EXIT INT TERM && \
	awk '$(OF_UV)' requirements.lock > "$$uv/lock" && \
	$(PIP) $(INSTALL) --target "$$uv" --require-hashes -r "$$uv/lock" && \
	"$$uv/bin/uv" pip install --quiet --python $(PY) --require-hashes -r $< || \
	  $(PIP) $(INSTALL) --require-hashes -r $<
	$(install_checkout)

clients: $(CLIENTS_STAMP)  ## make .venv-clients with the programs that read what is exported

ifneq ($(shell cat $(CLIENTS_STAMP) 2>/dev/null),$(CURDIR))
$(CLIENTS_STAMP): FORCE
endif
$(CLIENTS_STAMP): requirements-clients.lock pyproject.toml | venv
	@$(PY) -m venv --clear $(CLIENTS)
	@$(PY) -m uv pip install --quiet --python $(CLIENTS_PY) $(UNCOMPRESSED) --require-hashes \
	  -r requirements-clients.lock || \
	  $(CLIENTS_PIP) $(INSTALL) --require-hashes -r requirements-clients.lock
	@$(CLIENTS_PIP) $(INSTALL) $(PYTORCH)
	@$(CLIENTS_PIP) $(INSTALL) --no-deps --no-build-isolation -e .
	@echo '$(CURDIR)' > $@

browser:  ## find a Chromium for the browser tests; root of Debian gets one installed
	@$(PYTHON) -m scripts.find_chromium --install

# What `make test` installed is enough; without it the demo installs what the program needs alone.
demo: $(if $(wildcard $(STAMP)),$(STAMP),$(DEMO_STAMP))  ## make ./demo: a small tree, its index, the exported files
	@rm -rf demo
	@$(PY) $(BIN)/ovmr-index demo demo

# It opens from disk. Dead links, and what would be loaded from elsewhere, are errors.
docs: venv  ## make the documentation site: ./site/index.html
	@rm -rf site
	$(PY) -m zensical build --strict
	$(PY) -m scripts.site_check site

check: lint  ## lint, then run the quick tests: about a minute
	@$(IN_TEMPORARY) $(PYTEST) -m 'not slow'

# The clients with their tests come beside the suite, and so do lint, the site and PostgreSQL's part,
# one after the other: many a test waits for another process. Without a browser or a shell its tests
# are left out, which is said last. OVMR_INDEX_NEED_BROWSER and OVMR_INDEX_NEED_SHELLS forbid it.
test: venv  ## lint, make the site, and run every test
	@$(MAKE) --no-print-directory --jobs 3 suite suite-of-clients lint docs suite-on-postgresql && \
	{ test -s $(BROWSER) || \
	  echo "THE BROWSER TESTS DID NOT RUN: $$(cat $(NO_BROWSER))" >&2; } && \
	{ test ! -s $(NO_SHELL) || \
	  echo "SOME TESTS OF COMPLETION DID NOT RUN: $$(cat $(NO_SHELL))" >&2; }

# To install them takes a processor half a minute, in which the clients and lint begin.
browser-and-shells: venv
	@$(PYTHON) -m scripts.find_chromium --install >$(BROWSER) 2>$(NO_BROWSER) || \
	  test -z "$$OVMR_INDEX_NEED_BROWSER" || { cat $(NO_BROWSER) >&2; exit 1; }
	@$(PYTHON) -m scripts.find_shells --install 2>$(NO_SHELL) || \
	  test -z "$$OVMR_INDEX_NEED_SHELLS" || { cat $(NO_SHELL) >&2; exit 1; }

# What tests import is compiled once, and not by each worker at the same time; what is wrong the run says.
compiled: venv
	@$(PY) -m pytest --collect-only --quiet >/dev/null 2>&1 || true

suite: browser-and-shells compiled
	@$(IN_TEMPORARY) OVMR_INDEX_CHROMIUM="$$(cat $(BROWSER))" $(PYTEST)

suite-of-clients: clients
	@$(IN_TEMPORARY) $(CLIENTS_PYTEST) tests/clients

suite-on-postgresql: venv
	@$(IN_TEMPORARY) $(PY) -m pytest -n 2 --engine postgresql $(ON_POSTGRESQL)

postgresql: venv  ## run the tests of an index on a PostgreSQL server, or those of FOLDERS
	@$(IN_TEMPORARY) $(PYTEST) --engine postgresql $(FOLDERS)

exhaustive: venv clients  ## run every variant of every test
	@$(IN_TEMPORARY) $(PYTEST) --exhaustive
	@$(IN_TEMPORARY) $(CLIENTS_PYTEST) --exhaustive tests/clients
	@$(IN_TEMPORARY) $(PYTEST) --exhaustive --engine postgresql $(FOLDERS)

torture: venv  ## stress the program for an hour, or MINUTES; SEED repeats what was tried
	@$(PIP) $(INSTALL) --require-hashes -r requirements-torture.lock || \
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
	echo lvis | $(PY) -m uv pip compile pyproject.toml --extra web --group demo --excludes /dev/stdin \
	  --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	  --quiet --output-file requirements-demo.lock
	$(PY) -m uv pip compile --group torture --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	  --quiet --output-file requirements-torture.lock
	$(PY) -m uv pip compile pyproject.toml --group clients --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	  --quiet --output-file requirements-clients.lock
	$(PY) -m uv pip compile --group benchmark --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	  --quiet --output-file requirements-benchmark.lock

bench: venv  ## time ovmr-index on a tree of real scale
	$(PY) -m benchmarks

pages: venv  ## time the pages of `serve` on the same tree
	$(PY) -m benchmarks.serve

peer: venv  ## as bench, in turn with the job written by hand in DuckDB
	@$(PIP) $(INSTALL) --require-hashes -r requirements-benchmark.lock
	$(PY) -m benchmarks --peer

clean:  ## remove what the other targets made, but the environments
	rm -rf build demo dist site *.egg-info .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name ".venv*" -prune -o -name __pycache__ -type d -exec rm -rf {} +
