# Countback. `make` alone says what there is.

PORT   ?= 8501
PILOT  ?= data/demo
PYTHON ?= python3
VENV   ?= .venv
WORKERS ?= 2

BIN := $(VENV)/bin
# uv never brings a Python of its own; the one that made the environment is the one that runs.
export UV_PYTHON_DOWNLOADS := never
export COUNTBACK_PILOT := $(PILOT)
# LiteLLM's price list comes from the package, never from the network.
export LITELLM_LOCAL_MODEL_COST_MAP := True

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test lint types format sql chromium pictures bench lock clean install install-dev

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  variables: PORT=$(PORT) PILOT=$(PILOT) PYTHON=$(PYTHON)"

run: install $(if $(filter data/demo,$(PILOT)),data/demo) ## install what is missing, then open the app (PORT, PILOT)
	$(BIN)/streamlit run app.py --server.port $(PORT)

demo: install ## make the fictional company's pilot afresh in data/demo
	$(BIN)/python -m pipeline demo data/demo

test: chromium lint types sql ## everything that must hold, tests last
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --durations=40

lint: install-dev ## style and likely mistakes (ruff)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: install-dev ## rewrite what ruff can mend by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: install-dev ## types of the pipeline (mypy, strict)
	$(BIN)/mypy pipeline

sql: install-dev ## style of the tables, metrics and checks (sqlfluff)
	@if [ -d pipeline/sql ]; then $(BIN)/sqlfluff lint --processes $(WORKERS) --disable-progress-bar pipeline/sql; fi

pictures: chromium install-dev ## take docs/pages.md anew: every page, light and dark
	$(BIN)/python -m pytest tests/browser/test_every_page.py
	$(BIN)/python tests/browser/gallery.py

bench: install-dev ## measure speed against a yardstick of the same run
	$(BIN)/python -m pipeline bench

lock: install-dev ## write requirements*.txt anew from requirements*.in
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile requirements.in -o requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --quiet
	$(BIN)/uv pip compile requirements-dev.in -o requirements-dev.txt --universal --python-version 3.11 --generate-hashes --no-header --quiet

clean: ## remove the environment and every cache; pilots stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/artefacts
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

data/demo: | $(VENV)/.runtime
	$(BIN)/python -m pipeline demo data/demo

chromium: ## the browser that the journeys and the PDF readout are made with
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if ! command -v apt-get >/dev/null; then echo "no Chromium: install it to run the browser tests"; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; \
	else echo "no Chromium: run 'apt-get install chromium' as root to run the browser tests"; exit 0; fi; \
	{ $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq chromium >/dev/null; } \
	  || echo "no Chromium: apt-get could not install it, so the browser tests will not run"
