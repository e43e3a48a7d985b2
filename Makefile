# avow: two commands matter, `make demo` and `make test`. Everything is made in this folder:
# .venv (libraries), .cache (tools), .avow (state), ./avow (the launcher).
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
SERVE ?= 1
ARGS ?=
BIN := .venv/bin
TOOLS := $(BIN)/python -m
LOCK := --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: .venv/run.stamp avow ## an example organisation, from declaration to pages (SERVE=0: without the pages)
	@./avow demo $(if $(filter 0,$(SERVE)),--no-serve) $(ARGS)

JOBS ?= auto
AT_ONCE := -n $(JOBS) --maxprocesses 4 --dist loadfile
test: .venv/test.stamp avow ## every test (ARGS=… goes to pytest; JOBS=0: one after the other)
	@$(TOOLS) pytest $(AT_ONCE) $(ARGS)

CASES ?= 2000
LAWS := tests/properties tests/faults/test_bad_input.py tests/faults/test_intake_random.py tests/faults/test_lists_random.py tests/pages/test_api_random.py
NOISE := -W ignore::hypothesis.errors.HypothesisWarning
night: .venv/test.stamp avow ## the laws on many random worlds (CASES=… for each), in every engine, for hours
	@AVOW_CASES=$(CASES) $(TOOLS) pytest -o faulthandler_timeout=0 $(NOISE) $(LAWS) $(ARGS)

SCALE ?= full
bench: .venv/test.stamp ## figures beside their floors (SCALE=small: in minutes), and a page of them
	@$(TOOLS) bench --scale $(SCALE) $(ARGS)

lint: .venv/test.stamp ## style, types, import order
	@$(TOOLS) ruff check
	@$(TOOLS) ruff format --check
	@$(TOOLS) mypy
	@$(BIN)/lint-imports --no-logo --cache-dir .cache/imports

docs: .venv/test.stamp ## the documentation, in docs/_build/html
	@$(TOOLS) sphinx -W --keep-going -n -q -b html -d .cache/docs docs docs/_build/html
	@echo "docs/_build/html/index.html"

lock: ## the pinned libraries anew, from pyproject.toml (needs uv)
	@uv pip compile $(LOCK) --extra paper pyproject.toml -o requirements/run.txt
	@uv pip compile $(LOCK) pyproject.toml --all-extras --group dev -o requirements/test.txt

clean: ## what can be made again (the state in .avow stays)
	@rm -rf .venv .cache avow build dist docs/_build
	@find src tests docs bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.venv/run.stamp: requirements/run.txt .ci/setup
	@PYTHON='$(PYTHON)' .ci/setup run

.venv/test.stamp: requirements/test.txt .ci/setup
	@PYTHON='$(PYTHON)' .ci/setup test

avow: .ci/setup
	@.ci/setup launcher

.PHONY: help demo test night bench lint docs lock clean
