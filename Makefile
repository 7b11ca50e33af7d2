# `make run` and `make test` are all a newcomer needs; each sets up what it uses.

export UV_PYTHON_DOWNLOADS := never

UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .tools/bin/uv)
RUN := $(UV) run --frozen --no-sync

.PHONY: help setup run demo test check lint proof chaos soak differential bench sim mutants format clean

help:  ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup  ## Run the service on the shipped routes.toml; what has no credentials is printed
	$(RUN) tocsin serve --config routes.toml --data data --console

demo: setup  ## Run it beside a Redis and stand-ins for every channel, which print what arrives
	$(RUN) honcho start

test: lint  ## Everything: style, types, and the whole suite (needs the programs CONTRIBUTING names)
	$(RUN) pytest --numprocesses 2 --dist worksteal

check: lint  ## Style, types, the house rules and the core: what runs before every commit
	$(RUN) pytest tests/test_tidy.py tests/core

lint: setup  ## Style and types
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy

proof: setup  ## The long runs, with figures written to docs/reliability.md; ONLY="chaos soak" some
	PYTHONPATH=tests $(RUN) python -m reliability.proof $(ONLY)

chaos: setup  ## The real process, hurt: KILLS=200 IMAGES=1000 FAULTS=120 ROUNDS=20, SEED=7 repeats
	TOCSIN_KILLS=$(KILLS) TOCSIN_IMAGES=$(IMAGES) TOCSIN_FAULTS=$(FAULTS) TOCSIN_ROUNDS=$(ROUNDS) \
		TOCSIN_SEED=$(SEED) PYTHONPATH=tests $(RUN) python -m reliability.proof --print chaos

soak: setup  ## The real process for MINUTES=30: memory, files and descriptors stay as they are
	MINUTES=$(MINUTES) PYTHONPATH=tests $(RUN) python -m reliability.proof --print soak

differential: setup  ## A quarter of an hour beside Debian's Alertmanager: SEED=7 repeats a run
	TOCSIN_SEED=$(SEED) PYTHONPATH=tests $(RUN) python -m reliability.proof --print differential

bench: setup  ## Alertmanager and Tocsin under the same load, side by side; writes docs/benchmarks.md
	$(RUN) python -m bench $(BENCH)

SEEDS ?= 300
HOURS ?= 6
FROM ?= 0
JOBS ?= 1

sim: setup  ## The service in virtual time: SEEDS=300 FROM=0 JOBS=1, or SEED=7 with its trace
	PYTHONPATH=tests $(RUN) python -m sim.run --hours $(HOURS) --jobs $(JOBS) \
		$(if $(SEED),--seed $(SEED),--from $(FROM) --seeds $(SEEDS))

mutants: setup  ## Plant bugs, one after another, and see that the simulation finds each
	PYTHONPATH=tests $(RUN) python -m sim.mutate --seeds 200

format: setup  ## Rewrite the code in the house style
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@echo "Setting up the environment (once, and after the dependencies change) …"
	$(UV) sync --frozen
	@touch $@

# Only where there is no uv yet. An environment of its own, since Debian's Python is not to be added to.
.tools/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Tocsin needs Python 3.11 or newer as python3; here it is: $$(python3 -V 2>&1)"; \
		echo "(Debian: apt-get install python3 python3-venv)"; exit 1; }
	@echo "Fetching uv, which sets up everything else …"
	@rm -rf .tools; python3 -m venv .tools >/dev/null 2>&1 || { rm -rf .tools; \
		echo "python3 cannot make environments here (Debian: apt-get install python3-venv)"; exit 1; }
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv

clean:  ## Remove what setup and the tests made; data/ stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis
