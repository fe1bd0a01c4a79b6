# `make demo` and `make test` set everything up from python3 (3.11 or later) and make alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: demo test check bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    run the embedded model through the ASCII art suite and write a report"
	@echo "make test    run the tests"
	@echo "make check   lint, format and types"
	@echo "make bench   measure speed and memory (half an hour; BENCH=--quick for less)"
	@echo "make clean   remove the environment"

# Debian's python3 comes without venv's ensurepip; as root it can be had, otherwise we say what is missing.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name one with make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
		else echo "python3 -m venv does not work: install your system's python3-venv package"; exit 1; fi; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

demo: $(READY)
	$(BIN)/grounding demo

test: $(READY)
	$(BIN)/python -m pytest --cov --cov-report=term

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python bench/run_all.py $(BENCH)

clean:
	rm -rf $(VENV)
