# Each target makes the environment it needs: python3, python3-venv and make are enough.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test fast lint types unit coverage matrix pages changelog dist calibrate referee borders-full \
  bench lock clean

demo: $(VENV)/.run
	$(BIN)/sojourn estimate kazakhstan-2022 --seed 1 --out out/kazakhstan-2022

test: lint types unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell src docs tools changes *.md
	$(BIN)/validate-pyproject pyproject.toml

# Strict types; the files with unknown types are those of tools/type_exceptions.json.
types: $(VENV)/.dev
	$(BIN)/python -m tools.type_exceptions

unit: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist worksteal

# Tests without compilation by JAX, Spark or a browser.
fast: $(VENV)/.dev
	$(BIN)/pytest -q -m fast -n 2 --dist worksteal

# Branch coverage of the fast tests, which may not fall below `fail_under` in pyproject.toml.
coverage: $(VENV)/.dev
	$(BIN)/pytest -q -m fast --cov --cov-report=term

# The fast tests of the core without any extra, installed from an sdist, on each Python that is found.
matrix: dist
	$(BIN)/python -m tools.matrix dist/sojourn-*.tar.gz

# The reference pages that are made from the code.
pages: $(VENV)/.dev
	$(BIN)/python -m sojourn.cli.commands_page > docs/reference/commands.md
	$(BIN)/python -m sojourn.cli.api_page > docs/reference/api.md
	$(BIN)/python -m sojourn.inference.priors_page > docs/reference/priors.md
	$(BIN)/python -m sojourn.measures.measures_page > docs/reference/measures.md

changelog: $(VENV)/.dev
	$(BIN)/python -m tools.changelog $(VERSION) $$(date +%F)

dist: $(VENV)/.dev
	rm -rf dist
	$(BIN)/hatchling build

calibrate: $(VENV)/.dev
	$(BIN)/sojourn calibrate --out out/calibration
	$(BIN)/python -m tests.calibrate

referee: $(VENV)/.dev
	$(BIN)/python -m tests.stay_rules.agreement

borders-full: $(VENV)/.dev
	$(BIN)/python -m tests.borders.full

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/inference.py

lock: $(VENV)/.dev
	$(PIP) install uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --extra all --extra build --extra dev --extra spark -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --extra all --extra build -c requirements-dev.lock -o requirements.lock pyproject.toml

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	test -e $(VENV)/.dev || $(PIP) install --require-hashes -r requirements.lock
	test -e $(VENV)/.dev || $(PIP) install --no-deps --no-build-isolation .
	touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf $(VENV) out build dist
