# The commands of this checkout. Each one sets up what it needs and then does one thing.
#
#     make              set up .venv, generate the clients, run the demonstration
#     make test         all tests but the two kinds below, with lint and types: 240 s at most
#     make contract     the whole contract suite, the mocks against their documents: 240 s at most
#     make test-long    what takes longer: seeded faults, built wheels, a browser, linters from npm
#     make generate     openapi/*.yaml -> generated/
#     make docs         the documentation, in site/: offline, links checked
#     make bench        measure the budgets
#     make lint         only the linters and type checkers
#     make format       format the hand-written code
#
# Another interpreter: make PYTHON=python3.13. A part of the tests: make test TESTS=tests/clients
#
# Two marks divide the tests. `long` tests run in `make test-long` only. `full` tests are those of
# tests/contract that draw hundreds of requests for each operation; `make contract` runs them with
# the rest of that folder, `make test` leaves them to it and runs the rest. So what `make test` and
# `make contract` both run is the quick part of the contract suite, half a minute.

PYTHON ?= python3
TESTS ?=
VENV_PYTHON := .venv/bin/python
# Two workers: the checkers and schemathesis are programs of their own that the tests wait for. A
# group of tests that share something built stays on one worker.
#
# Compiled modules are kept, whatever the environment says: the workers and the programs that tests
# start import the same thousands of modules, which take longer to compile than many a test.
PYTEST := PYTHONDONTWRITEBYTECODE= $(VENV_PYTHON) -m pytest -n 2 --dist loadgroup

.DEFAULT_GOAL := demo
.PHONY: demo test contract test-long generate docs bench lint format environment

demo: generate
	@$(VENV_PYTHON) scripts/demo.py

test: environment
	@$(PYTEST) -m "not long and not full" $(TESTS)

contract: environment
	@$(PYTEST) -m "not long" tests/contract

test-long: environment
	@$(VENV_PYTHON) scripts/browser.py
	@$(PYTEST) -m long $(TESTS)

generate: environment
	@$(VENV_PYTHON) scripts/generate.py

docs: environment
	@$(VENV_PYTHON) scripts/build_docs.py

bench: environment
	@$(VENV_PYTHON) scripts/bench.py

lint: environment
	@$(VENV_PYTHON) scripts/checks.py

format: environment
	@$(VENV_PYTHON) -m ruff check --fix-only --quiet
	@$(VENV_PYTHON) -m ruff format

# Looks at the contents of the lock, not at times, and is done in a moment when nothing changed.
environment:
	@command -v $(PYTHON) >/dev/null || { \
		echo "crmkit needs Python 3.11 or newer; $(PYTHON) was not found. Name another: make PYTHON=python3.12" >&2; \
		exit 1; \
	}
	@$(PYTHON) scripts/environment.py
