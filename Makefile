# The commands of this checkout. Each one sets up what it needs and then does one thing.
#
#     make              set up .venv, regenerate the clients, run the demonstration
#     make test         everything that has to hold: lint, types, floors, drift, documents, tests
#     make generate     openapi/*.yaml -> generated/
#     make contract     the mock against its documents
#     make bench        the budgets, measured
#     make lint         only the linters and type checkers
#     make format       put the hand-written code into its form
#
# Another interpreter: make PYTHON=python3.13. A part of the tests: make test TESTS=tests/clients

PYTHON ?= python3
TESTS ?=
VENV_PYTHON := .venv/bin/python

.DEFAULT_GOAL := demo
.PHONY: demo test generate contract bench lint format environment

demo: generate
	@$(VENV_PYTHON) scripts/demo.py

# Two workers: the checkers and the wheel are programs of their own that the tests wait for. A group
# of tests that share something built stays on one worker.
test: environment
	@$(VENV_PYTHON) -m pytest -n 2 --dist loadgroup $(TESTS)

generate: environment
	@$(VENV_PYTHON) scripts/generate.py

contract: environment
	@$(VENV_PYTHON) -m pytest tests/contract

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
		echo "crmkit needs Python 3.11 or newer; there is no $(PYTHON). Name it: make PYTHON=python3.12" >&2; \
		exit 1; \
	}
	@$(PYTHON) scripts/environment.py
