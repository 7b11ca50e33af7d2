# `make run` and `make test` are all a newcomer needs; each sets up what it uses.

SHELL := /bin/bash
export UV_PYTHON_DOWNLOADS := never

UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --frozen --no-sync

.PHONY: help setup run test check proof format clean

help:  ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup  ## Run the service on the shipped routes.toml; what has no credentials is printed
	$(RUN) tocsin serve --config routes.toml --data data --console

test: check  ## Everything: style, types, and the whole suite (needs the programs CONTRIBUTING names)
	$(RUN) pytest

check: setup  ## Style, types and the house rules: what runs before every commit
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) pytest tests/test_tidy.py tests/core

proof: setup  ## The long runs, with figures written to docs/reliability.md
	TOCSIN_LONG=1 $(RUN) python tests/reliability/proof.py

format: setup  ## Rewrite the code in the house style
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@echo "Setting up the environment (once, and after the dependencies change) …"
	$(UV) sync --frozen
	@touch $@

.tools/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Tocsin needs Python 3.11 or newer as python3 (Debian: apt-get install python3)"; exit 1; }
	@echo "Fetching uv, which sets up everything else …"
	@python3 -m venv .tools 2>/dev/null \
		|| { rm -rf .tools; echo "python3 cannot make environments here (Debian: apt-get install python3-venv)"; exit 1; }
	.tools/bin/pip install --quiet uv

clean:  ## Remove what setup and the tests made; data/ stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis
