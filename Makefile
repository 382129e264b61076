# Two commands do all their own set-up: `make sync` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3.10 python3 python; do \
	command -v $$name >/dev/null 2>&1 && \
	$$name -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null && \
	command -v $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := .tools/bin/uv
MELTANO := $(BIN)/meltano

# Programs start in half the time when what is installed is compiled, also where PYTHONDONTWRITEBYTECODE is set.
export UV_COMPILE_BYTECODE := 1
STAMPS := .tools/stamps

# Some releases of Python 3.10 to 3.12 read the paths of their packages in the locale's encoding, and ASCII is not enough.
ifneq ($(filter C POSIX,$(LC_ALL)),)
export LC_ALL := C.UTF-8
endif

# A user without a home, as services and containers have it, gets one here: uv and Meltano keep things there.
ifneq ($(shell test -w "$${HOME:-/nonexistent}" && echo yes),yes)
export HOME := $(CURDIR)/.tools/home
endif

PACKAGES := tap-amazon-ads-entities plugins/amazon-ads-sandbox runner status loader
SOURCES := $(addsuffix /src,$(PACKAGES)) contract
# The long ones first, so that all processes end at about the same time.
TESTS := tests runner/tests status/tests loader/tests plugins/amazon-ads-sandbox/tests tap-amazon-ads-entities/tests

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: sync
sync: install ## Sync Amazon Ads into Postgres: your account if .env has credentials, else the sandbox (MODE=full|incremental)
	@$(BIN)/entities-sync

.PHONY: reconcile
reconcile: install ## Compare two sources and store what differs in sync_differences (SOURCE=lists WITH=exports)
	@$(TAP)SOURCE=$(or $(SOURCE),lists) $(TAP)RECONCILE_WITH=$(or $(WITH),exports) $(BIN)/entities-sync

TAP := TAP_AMAZON_ADS_ENTITIES_

.PHONY: connect
connect: install ## Connect an Amazon Ads account to the database `make sync` uses (ARGS="check", "list", "rotate", ...)
	@$(BIN)/entities-connect $(ARGS)

.PHONY: status
status: install ## Show on a page whether all is there, fresh and healthy (ARGS="--html FILE", "--json", "--port N")
	@$(BIN)/entities-status $(ARGS)

.PHONY: test
# Types are checked meanwhile: alone, they would leave a core idle.
test: install-dev ## Check style and types, and run every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(BIN)/mypy $(SOURCES) > $(STAMPS)/mypy.log 2>&1 & types=$$!; \
	$(BIN)/pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder --durations=10 $(TESTS); tested=$$?; \
	wait $$types; typed=$$?; echo mypy: && cat $(STAMPS)/mypy.log; exit $$((tested || typed))

# The tap's bound on the SDK is lifted here: the test is what a new release would break.
NEXT := .tools/next
.PHONY: test-next
test-next: $(UV) ## Run the tap's tests with the newest singer-sdk, pre-releases included
	@$(UV) venv --quiet --clear --python "$(PYTHON)" $(NEXT)
	@echo 'singer-sdk' > $(NEXT)/overrides.txt
	@$(UV) pip install --quiet --python $(NEXT)/bin/python --prerelease-package singer-sdk=allow \
		--overrides $(NEXT)/overrides.txt -e './tap-amazon-ads-entities[connect]' -e plugins/amazon-ads-sandbox 'pytest~=9.1'
	@$(NEXT)/bin/python -c 'from importlib.metadata import version; print("singer-sdk", version("singer-sdk"))'
	$(NEXT)/bin/pytest tap-amazon-ads-entities/tests

.PHONY: up
up: install ## Start the sandbox account and the embedded Postgres in the background
	@$(BIN)/amazon-ads-sandbox up

.PHONY: down
down: install ## Stop them
	@$(BIN)/amazon-ads-sandbox down

# As it was written: neither make nor the shell takes a dollar sign, a quote or a percent sign in it for its own.
override SQL := $(value SQL)
export SQL
.PHONY: psql
psql: install ## Open a SQL prompt on the data, or answer SQL="select ..."
	@$(BIN)/entities-psql $(if $(SQL),"$$SQL")

.PHONY: alert-test
alert-test: install ## Send a test message to the receivers of alerts that .env names
	@$(BIN)/entities-alert-test

.PHONY: install
install: $(STAMPS)/run $(STAMPS)/plugins ## Set up everything `make sync` needs

.PHONY: install-dev
install-dev: $(STAMPS)/dev $(STAMPS)/plugins ## Set up everything `make test` needs

.PHONY: format
format: install-dev ## Format the code and apply safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: lock
lock: $(UV) ## Write the lock files anew
	for name in airflow dagster dev release target transform; do $(COMPILE) requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	for name in run sandbox tap; do \
		$(COMPILE) -c requirements/dev.txt requirements/$$name.in -o requirements/$$name.txt || exit 1; done

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --upgrade \
	--no-header --no-emit-index-url --no-annotate

.PHONY: audit
audit: install-dev ## Look for known vulnerabilities in everything that is locked; what cannot be looked up is an error
	@$(BIN)/python packaging/audit.py requirements/*.txt

.PHONY: clean
clean: ## Remove what the set-up made; the data in .sandbox stays
	rm -rf $(VENV) .tools dist sbom .meltano .mypy_cache .ruff_cache .pytest_cache transform/target transform/logs

WRITABLE := test -w . || { echo "$(CURDIR) cannot be written: the set-up puts .tools, .venv and .meltano there."; exit 1; }

$(UV):
	@$(WRITABLE)
	@test -n "$(PYTHON)" || { echo "Python 3.10 to 3.13 is needed; none was found on the PATH."; exit 1; }
	@echo "Getting uv into .tools ..."
	@"$(PYTHON)" -m venv .tools >/dev/null 2>&1 || { \
		echo "$(PYTHON) cannot make virtual environments; install its venv module (Debian: python3-venv)."; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

$(BIN)/python: | $(UV)
	@$(WRITABLE)
	@$(UV) venv --quiet --python "$(PYTHON)" $(VENV)

# The local packages are editable; what they depend on is locked.
EDITABLE := $(UV) pip install --quiet --python $(BIN)/python --no-deps

$(STAMPS)/run: requirements/run.txt plugins/amazon-ads-sandbox/pyproject.toml runner/pyproject.toml \
		status/pyproject.toml VERSION | $(BIN)/python
	@$(WRITABLE)
	@echo "Setting up .venv ..."
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(EDITABLE) -e plugins/amazon-ads-sandbox -e runner -e status
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements/dev.txt tap-amazon-ads-entities/pyproject.toml loader/pyproject.toml VERSION $(STAMPS)/run | $(BIN)/python
	@$(WRITABLE)
	@echo "Setting up .venv for tests ..."
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(EDITABLE) -e tap-amazon-ads-entities -e loader
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/plugins: meltano.yml requirements/tap.txt requirements/target.txt requirements/transform.txt \
		requirements/sandbox.txt tap-amazon-ads-entities/pyproject.toml loader/pyproject.toml VERSION | $(STAMPS)/run
	@$(WRITABLE)
	@echo "Setting up the Meltano plugins ..."
	@mkdir -p .meltano/run $(STAMPS) && chmod 700 .meltano/run
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(MELTANO) install > $(STAMPS)/plugins.log 2>&1 || { \
		cat $(STAMPS)/plugins.log; exit 1; }
	@$(BIN)/python -m compileall -q $(addsuffix /src,$(PACKAGES))
	@touch $@

RELEASE := .tools/release
PUBLISHED := tap-amazon-ads-entities loader plugins/amazon-ads-sandbox

$(STAMPS)/release: requirements/release.txt | $(UV)
	@$(UV) venv --quiet --clear --python "$(PYTHON)" $(RELEASE)
	@$(UV) pip install --quiet --python $(RELEASE)/bin/python --require-hashes -r requirements/release.txt
	@mkdir -p $(STAMPS) && touch $@

SCHEDULERS := $(STAMPS)/airflow $(STAMPS)/dagster

$(SCHEDULERS): $(STAMPS)/%: requirements/%.txt | $(UV)
	@$(UV) venv --quiet --clear --python "$(PYTHON)" .tools/$*
	@$(UV) pip install --quiet --python .tools/$*/bin/python --require-hashes -r requirements/$*.txt
	@mkdir -p $(STAMPS) && touch $@

# From copies in which links are what they lead to: an archive would keep them as links.
.PHONY: packages
packages: $(STAMPS)/release ## Build what is published into dist/, wheels and sdists, and check them
	@rm -rf dist .tools/packages && mkdir -p .tools/packages
	@for folder in $(PUBLISHED); do \
		copy=.tools/packages/$$(basename $$folder) && mkdir $$copy && \
		tar -C $$folder -ch --exclude=.meltano --exclude=output --exclude=tests . | tar -x -C $$copy && \
		(cd $$copy && "$(CURDIR)/$(RELEASE)/bin/python" -m hatchling build -t sdist -d "$(CURDIR)/dist") || exit 1; done
	@for archive in dist/*.tar.gz; do \
		folder=.tools/packages/$$(basename $$archive .tar.gz) && tar -xf $$archive -C .tools/packages && \
		(cd $$folder && "$(CURDIR)/$(RELEASE)/bin/python" -m hatchling build -t wheel -d "$(CURDIR)/dist") || exit 1; done
	@$(RELEASE)/bin/twine check --strict dist/*
	@$(RELEASE)/bin/check-wheel-contents dist/*.whl

.PHONY: sbom
sbom: $(STAMPS)/release ## Write what the published packages are locked to into sbom/, as CycloneDX
	@mkdir -p sbom
	@for name in tap target sandbox; do \
		$(RELEASE)/bin/cyclonedx-py requirements --output-reproducible --no-validate -o sbom/$$name.json \
			requirements/$$name.txt || exit 1; done

.PHONY: test-adoption
test-adoption: install-dev packages $(SCHEDULERS) ## Use what is published, in clean environments of every Python at hand, and what schedulers and containers take
	$(BIN)/pytest adoption

.PHONY: docs
docs: install-dev ## Write what is generated from the tap's schemas and settings anew
	$(BIN)/python transform/generate.py
	$(BIN)/python packaging/generate.py

.PHONY: contract
contract: install-dev ## Hold Amazon's OpenAPI files (OPENAPI_DIR=..., EXPORTS_DIR=...) against what the tap uses (ACCEPT=yes remembers them)
	@$(BIN)/python -m contract "$(OPENAPI_DIR)" $(if $(EXPORTS_DIR),--exports="$(EXPORTS_DIR)") $(if $(ACCEPT),--accept)

.PHONY: pictures
pictures: install-dev ## Take the pictures of the page in docs/pictures anew; needs Chromium
	@mkdir -p docs/pictures
	CHROMIUM=required PICTURES=$(CURDIR)/docs/pictures $(BIN)/pytest -q tests/test_status.py -k "every_view or changes_are_shown"

.PHONY: faults
faults: install-dev ## Play every fault, print the table and write docs/faults.md
	@PYTHONPATH=tests $(BIN)/python -m harness.table

.PHONY: havoc
havoc: install-dev ## Kill parts of whole runs at random moments and see that the next ones heal it (ROUNDS=30 SEED=1)
	@ROUNDS=$(or $(ROUNDS),30) SEED=$(SEED) $(BIN)/pytest -s tests/test_havoc.py

.PHONY: schedules
schedules: install-dev ## Play random faults, and lists that change while they are read (SCHEDULES=1000, or SEED=417 alone)
	@SCHEDULES=$(or $(SCHEDULES),1000) SEED=$(SEED) $(BIN)/pytest -q -s \
		tap-amazon-ads-entities/tests/test_drift.py tests/test_random_faults.py

.PHONY: bench
bench: install-dev ## Measure speed and memory, print the tables and write docs/benchmarks.md
	@PYTHONPATH=tests $(BIN)/python benchmarks/bench.py

.PHONY: bench-peers
bench-peers: install-dev ## The same beside Airbyte's source for Amazon Ads, in the same run
	@PYTHONPATH=tests $(BIN)/python benchmarks/bench.py peers
