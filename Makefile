# `make watch` and `make test` work on a bare machine that has Python 3.11+ (with venv) and make.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: watch test clean

watch: .venv/installed
	$(BIN)/ade-stream watch

test: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("ade-stream needs Python 3.11 or newer, not " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable .
	touch $@

.venv/installed-test: .venv/installed
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf .venv .hypothesis .mypy_cache .ruff_cache
