# Every target sets up .venv by itself, from hash-pinned lock files.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
ARGS ?=

# The tests start some hundred processes. Bytecode that is kept spares each of them a second of compiling.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench soak format lock clean help

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 14

demo: $(RUN)  ## 60 orders become invoices before your eyes (ARGS="--orders 200 --json --keep")
	@$(BIN)/counterfoil demo $(ARGS)

test: $(DEV)  ## The quick suite
	$(BIN)/python -m pytest -m "not soak" -n 2 --dist worksteal $(ARGS)

check: $(DEV)  ## Format, lint, types, import contracts, then the quick suite
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory test

bench: $(DEV)  ## All marks with their verdicts, beside baselines of the same run (ARGS="--full --write")
	$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(DEV)  ## The long runs: real processes, kill -9, restarts
	$(BIN)/python -m pytest -m soak $(ARGS)

format: $(DEV)  ## Let ruff put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:  ## Write both lock files anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --extra dev -o requirements-dev.lock pyproject.toml

clean:  ## Remove the virtual environment and all caches
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(RUN): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) from $<"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) from $<"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(RUN)
