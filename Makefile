# `make run` and `make test` need a Python and make, nothing else.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: run test bench doctor admin migration words lock install install-tests
.DEFAULT_GOAL := run

run: install
	@exec .venv/bin/python -m photogen up

test: install-tests
	@exec .venv/bin/python -m tests

bench: install-tests
	@exec .venv/bin/python -m bench --write

doctor: install
	@exec .venv/bin/python -m photogen doctor

admin: install
	@exec .venv/bin/python -m photogen create-admin

# make migration m="why": a migration for what has changed in photogen/models
migration: install
	@exec .venv/bin/python -m photogen new-migration "$(m)"

# make words: photogen/locales/*.po brought in step with the sentences in the code; `make words L=fr` begins a language
words: install-tests
	@mkdir -p .build
	@.venv/bin/pybabel -q extract --no-default-keywords -k t -k mark -k plural:2,3 --add-location=file --sort-by-file \
		-o .build/words.pot photogen
	@test -z "$(L)" || .venv/bin/pybabel -q init -i .build/words.pot -o photogen/locales/$(L).po -l $(L)
	@for file in photogen/locales/*.po; do .venv/bin/pybabel -q update -i .build/words.pot -o $$file \
		-l $$(basename $$file .po) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date; done

# Both requirement files anew from pyproject.toml, with hashes.
lock: install
	.venv/bin/uv pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 -o requirements.txt -q
	.venv/bin/uv pip compile --group dev pyproject.toml -c requirements.txt --universal --generate-hashes \
		--python-version 3.11 -o tests/requirements.txt -q

install: python
	@$(PYTHON) -m photogen.runtime.install

install-tests: python
	@$(PYTHON) -m photogen.runtime.install --tests

.PHONY: python
python:
	@test -n "$(PYTHON)" || { \
		echo "photogen needs Python 3.11, 3.12 or 3.13; found: $$(python3 --version 2>&1 || echo none)." >&2; \
		echo "Install one of them, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
