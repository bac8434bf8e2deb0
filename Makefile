# `make run` and `make test` need a Python and make, nothing else.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: run test bench doctor install install-tests
.DEFAULT_GOAL := run

run: install
	@exec .venv/bin/python -m photogen up

test: install-tests
	@exec .venv/bin/python -m tests

bench: install-tests
	@exec .venv/bin/python -m bench

doctor: install
	@exec .venv/bin/python -m photogen doctor

install: python
	@$(PYTHON) -m photogen.runtime.install

install-tests: python
	@$(PYTHON) -m photogen.runtime.install --tests

.PHONY: python
python:
	@test -n "$(PYTHON)" || { \
		echo "photogen needs Python 3.11, 3.12 or 3.13; found: $$(python3 --version 2>&1 || echo none)." >&2; \
		echo "Install one of them, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
