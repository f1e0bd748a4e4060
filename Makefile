# Countback. `make` alone says what there is.

PORT   ?= 8501
PILOT  ?= data/demo
PYTHON ?= python3
VENV   ?= .venv
WORKERS ?= 2
MINUTES ?= 10

BIN := $(VENV)/bin
# The tools of the supply chain never share an environment with the app.
SUPPLY := $(VENV)-supply
# uv never brings a Python of its own; the one that made the environment is the one that runs.
export UV_PYTHON_DOWNLOADS := never
export COUNTBACK_PILOT := $(PILOT)
# LiteLLM's price list comes from the package, never from the network.
export LITELLM_LOCAL_MODEL_COST_MAP := True
# The tests start hundreds of processes: what each of them imports is compiled once and kept.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test soak fuzz sbom advisories lint types format sql chromium faketime calc postgres pictures bench lake lock clean install install-dev

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  variables: PORT=$(PORT) PILOT=$(PILOT) PYTHON=$(PYTHON)"

run: install $(if $(filter data/demo,$(PILOT)),data/demo) ## install what is missing, then open the app (PORT, PILOT)
	$(BIN)/streamlit run app.py --server.port $(PORT)

demo: install ## make the fictional company's pilot afresh in data/demo
	$(BIN)/python -m pipeline demo data/demo

test: chromium faketime postgres lint types sql ## everything that must hold, tests last
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=40

soak: chromium faketime calc postgres install-dev ## the long runs, about 40 minutes (COUNTBACK_SEED=… plays one again)
	nice -n 15 $(BIN)/python -m pytest -m soak -s -p no:cacheprovider
	HYPOTHESIS_PROFILE=long nice -n 15 $(BIN)/python -m pytest -m dear -p no:cacheprovider \
	  $(if $(COUNTBACK_SEED),--hypothesis-seed=$(COUNTBACK_SEED))

fuzz: $(VENV)/.fuzz ## bytes of any kind for every reader (MINUTES each, TARGETS to name some)
	nice -n 15 $(BIN)/python -m tests.fuzz.running $(TARGETS) --minutes $(MINUTES)

sbom: $(SUPPLY)/.made ## the list of parts, sbom.cdx.json, from the lock
	$(SUPPLY)/bin/python -W ignore -m tests.supply.parts

advisories: $(SUPPLY)/.made ## known advisories on the locked versions, where they can be asked for
	$(SUPPLY)/bin/python -m tests.supply.advisories

lint: install-dev ## style and likely mistakes (ruff)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: install-dev ## rewrite what ruff can mend by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: install-dev ## types of pipeline and server (mypy, strict)
	$(BIN)/mypy pipeline server

sql: install-dev ## style of the tables, metrics and checks (sqlfluff)
	@if [ -d pipeline/sql ]; then $(BIN)/sqlfluff lint --processes $(WORKERS) --disable-progress-bar pipeline/sql; fi

pictures: chromium install-dev ## take docs/pages.md anew: every page, light and dark
	$(BIN)/python -m pytest tests/browser/test_every_page.py
	$(BIN)/python tests/browser/gallery.py

bench: install-dev ## measure speed against a yardstick of the same run
	$(BIN)/python -m pipeline bench

LAKE ?= tests/books
lake: postgres ## the same tests on DuckDB 1.5.5, in a file and in a lake (LAKE=what to run)
	@$(MAKE) --no-print-directory VENV=$(VENV)-lake $(VENV)-lake/.lake
	$(VENV)-lake/bin/python -m pytest -q $(LAKE)
	COUNTBACK_TEST_LAKE=1 $(VENV)-lake/bin/python -m pytest -q $(LAKE) \
	  --ignore tests/books/test_lake.py --ignore tests/books/test_rebuilding.py --ignore tests/books/test_renewing.py

lock: install-dev ## write requirements*.txt anew from requirements*.in
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile requirements.in -o requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --quiet
	for name in dev fuzz supply; do $(BIN)/uv pip compile requirements-$$name.in -o requirements-$$name.txt \
	  --universal --python-version 3.11 --generate-hashes --no-header --quiet || exit 1; done
	cp requirements-dev.txt requirements-lake.txt
	echo 'duckdb==1.5.5' | $(BIN)/uv pip compile requirements-lake.in --override - -o requirements-lake.txt \
	  --universal --python-version 3.11 --generate-hashes --no-header --quiet
	$(MAKE) --no-print-directory sbom

clean: ## remove the environment and every cache; pilots stay
	rm -rf $(VENV) $(SUPPLY) .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(VENV)/.runtime ## the environment that the app runs in

install-dev: $(VENV)/.dev ## … and what checking needs on top

# A stamp that is newer than the lock means: nothing to do. uv is quick; plain pip is slower and always there.
define install-locked
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Countback needs Python 3.11 or newer: make $@ PYTHON=/path/to/python3.11" >&2; rm -rf $(VENV); exit 1; }
	@{ $(BIN)/python -m pip install --quiet --disable-pip-version-check uv \
	  && $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); } \
	  || { echo "uv could not install: falling back to pip, which takes a few minutes"; \
	       $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r $(1); }
	@touch $@
endef

$(VENV)/.runtime: requirements.txt
	$(call install-locked,requirements.txt)

$(VENV)/.dev: requirements-dev.txt requirements.txt
	$(call install-locked,requirements-dev.txt)
	@touch $(VENV)/.runtime

$(VENV)/.fuzz: requirements-fuzz.txt $(VENV)/.dev
	$(call install-locked,requirements-fuzz.txt)

$(SUPPLY)/.made: requirements-supply.txt
	$(PYTHON) -m venv $(SUPPLY)
	$(SUPPLY)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-supply.txt
	@touch $@

$(VENV)/.lake: requirements-lake.txt
	$(call install-locked,requirements-lake.txt)

data/demo: | $(VENV)/.runtime
	$(BIN)/python -m pipeline demo data/demo

# A program of the system: its command, its package, what it is for.
define install-program
	@for name in $(1); do command -v $$name >/dev/null && exit 0; done; \
	if ! command -v apt-get >/dev/null; then echo "no $(2): install it to run $(3)"; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; \
	else echo "no $(2): run 'apt-get install $(2)' as root to run $(3)"; exit 0; fi; \
	{ $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $(2) >/dev/null; } \
	  || echo "no $(2): apt-get could not install it, so $(3) will not run"
endef

chromium: ## the browser that the journeys and the PDF readout are made with
	$(call install-program,chromium chromium-browser google-chrome,chromium,the browser tests)

faketime: ## the clock that tests of jumping clocks turn
	$(call install-program,faketime,faketime,the tests of jumping clocks)

postgres: ## the server that the record is tested on besides SQLite
	$(call install-program,initdb /usr/lib/postgresql/*/bin/initdb,postgresql,the tests on PostgreSQL)

calc: ## the spreadsheet program that the long runs open our exports with
	$(call install-program,soffice localc,libreoffice-calc-nogui,the opening of exports)
