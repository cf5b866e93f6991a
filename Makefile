# `make demo` and `make test` are the two commands of the README; `make check` is what CI runs.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
# Python versions come from this machine, never from a download.
export UV_PYTHON_DOWNLOADS := never
# Tests start hundreds of Pythons. Without bytecode, each would compile this library again.
unexport PYTHONDONTWRITEBYTECODE
CODE := serverless_stack app.py benchmarks examples tests docs/conf.py docs/_extensions

# $(call step,what,command): runs the command; says what, a dot a second on a terminal, and how long.
step = @printf 'make setup: %s' '$(1)' >&2; started=$$(date +%s); \
	test -t 2 && (while sleep 1 && kill -0 $$$$ 2>/dev/null; do printf . >&2; done) & dots=$$!; \
	$(2); status=$$?; kill $$dots 2>/dev/null; \
	test $$status -ne 0 || echo " done in $$(($$(date +%s) - started)) s" >&2; exit $$status

.PHONY: help setup engines tools demo test test-fast bench bench-synth compliance sbom audit check format lint types \
	docs pictures snapshots lock dist changelog clean

help:  ## Show the commands.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready node_modules/.package-lock.json engines  ## Make .venv with everything in it.

$(VENV)/.ready: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, got " + sys.version)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || { sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt >$(VENV)/uv.txt && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt; }
	$(call step,Python packages (a minute),$(BIN)/uv pip install --quiet --python $(BIN)/python \
	  --require-hashes --compile-bytecode -r requirements-dev.txt)
	$(call step,this package,$(BIN)/uv pip install --quiet --python $(BIN)/python \
	  --no-deps --no-build-isolation --editable .)
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json $(VENV)/.ready
	$(call step,npm packages,$(BIN)/npm ci --silent --no-audit --no-fund)
	@touch $@

engines:
	@if command -v redis-server >/dev/null && command -v memcached >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
	    apt-get -qq install --no-install-recommends redis-server memcached >/dev/null; \
	else \
	  echo "redis-server and memcached are needed: 'sudo apt-get install redis-server memcached'" \
	    "or 'brew install redis memcached', then run make again" >&2; exit 1; \
	fi

demo:  ## Deploy app.py to a local cloud and talk to it.
	@started=$$(date +%s.%N); $(MAKE) --no-print-directory setup && \
	DEMO_SETUP_SECONDS=$$(awk "BEGIN {printf \"%.1f\", $$(date +%s.%N) - $$started}") \
	  $(BIN)/python examples/shop/demo.py

test: setup  ## Run the test suite; `make check` adds more seeds of fuzzing.
	$(BIN)/python -m pytest -n auto --dist loadgroup $(if $(FUZZING),,-m "not fuzzing")

test-fast: setup  ## Run what needs no server, and the snapshots of constructs, in a minute.
	$(BIN)/python -m pytest -q -n auto --dist loadgroup --fast

bench: setup  ## Measure: invalidation, content, sync, caches, checks, the command line, and a crawl during deployments.
	$(BIN)/python -m benchmarks

bench-synth: setup  ## Measure synthesis beside the same resources in CDK alone, in Python and TypeScript.
	$(BIN)/python -m benchmarks.synthesis --write docs/why/synthesis.md

# checkov and the like need other versions of our dependencies than we do.
tools: .tools/.ready

.tools/.ready: tests/compliance/requirements.txt $(VENV)/.ready
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .tools
	$(BIN)/uv pip install --quiet --python .tools/bin/python --require-hashes -r $<
	touch $@

compliance: setup tools  ## Count what cdk-nag, checkov and cfn-lint find, by profile.
	$(BIN)/python -m tests.compliance

sbom: setup tools  ## Write bills of materials (CycloneDX) into build.
	$(BIN)/python -m tests.compliance.supply_chain sbom build

audit: setup tools  ## Ask PyPI and npm for advisories on what is locked.
	$(BIN)/python -m tests.compliance.supply_chain audit

# The tests count what `make compliance` prints, and build the documentation. The rest needs one core, and runs beside them.
check: setup tools  ## Run everything that CI runs.
	$(MAKE) --no-print-directory -j 2 FUZZING=1 test lint types audit

format: setup  ## Format the code.
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint: setup
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: setup
	$(BIN)/mypy $(CODE)
	rm -rf build/project
	$(BIN)/serverless-stack init --quiet --redis --memcached build/project
	cd build/project && $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml \
	  --cache-dir $(CURDIR)/.mypy_cache app.py handler tests

docs: setup  ## Build the documentation into docs/_build.
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build

pictures: setup  ## Make the pictures and terminal screens of the documentation again.
	$(BIN)/python -m tests.pictures
	$(BIN)/python -m tests.construct_pages

snapshots: setup  ## Write the template snapshots again; read the diff before you commit it.
	$(BIN)/python -m pytest -q tests/constructs tests/test_app.py tests/cli/commands/init --snapshot-update

lock: setup  ## Lock the dependencies again.
	$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --group dev --generate-hashes \
	  --universal --python-version 3.11 --no-annotate --no-header --upgrade -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet serverless_stack/local/emulator/requirements.in --generate-hashes \
	  --universal --python-version 3.11 --no-annotate --no-header --upgrade \
	  -o serverless_stack/local/emulator/requirements.txt
	$(BIN)/uv pip compile --quiet examples/shop/handler/requirements.in --generate-hashes \
	  --universal --python-version 3.13 --no-annotate --no-header --upgrade \
	  -o examples/shop/handler/requirements.txt
	$(BIN)/uv pip compile --quiet serverless_stack/functions/signing/requirements.in --generate-hashes \
	  --universal --python-version 3.14 --no-annotate --no-header --upgrade \
	  -o serverless_stack/functions/signing/requirements.txt
	for part in links payments; do \
	  $(BIN)/uv pip compile --quiet examples/private_downloads/$$part/requirements.in --generate-hashes \
	    --universal --python-version 3.13 --no-annotate --no-header --upgrade \
	    -o examples/private_downloads/$$part/requirements.txt || exit 1; done
	$(BIN)/uv pip compile --quiet tests/compliance/requirements.in --generate-hashes \
	  --universal --python-version 3.11 --no-annotate --no-header --upgrade \
	  -o tests/compliance/requirements.txt
	$(BIN)/npm install --package-lock-only

dist: setup  ## Build the wheel and the source distribution into dist, with the same bytes each time.
	rm -rf dist
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(BIN)/hatchling build -d dist

changelog: setup  ## Collect the fragments of changelog.d into CHANGELOG.md; VERSION=0.2.0.
	$(BIN)/towncrier build --yes --version $(VERSION)

clean:  ## Remove what these commands made in this folder.
	rm -rf $(VENV) .tools node_modules cdk.out build dist docs/_build .pytest_cache .mypy_cache .ruff_cache
