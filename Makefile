# make demo, make test: from a fresh clone these do all the set-up there is, in .venv.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format slow clean
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
MADE_FROM := pyproject.toml requirements.txt
# Waiting threads that spin would starve the others on a small machine.
TEST_ENV := OMP_WAIT_POLICY=PASSIVE GRADIO_ANALYTICS_ENABLED=False HF_HUB_DISABLE_TELEMETRY=1

help:
	@echo "make demo    start the web page"
	@echo "make test    check everything"
	@echo "make slow    the tests that take minutes"
	@echo "make lint    style and types only"
	@echo "make format  put the code in shape"
	@echo "make clean   remove .venv and caches"

demo: .venv/ready-for-demo
	@exec $(BIN)/python app.py

test: .venv/ready-for-test browser lint
	@$(TEST_ENV) $(BIN)/pytest

slow: .venv/ready-for-test browser
	@$(TEST_ENV) $(BIN)/pytest -m slow

lint: .venv/ready-for-test
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy

format: .venv/ready-for-test
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis bgmatting.egg-info

.venv/ready-for-%: $(MADE_FROM) | .venv/made
	@echo "Installing what bgmatting needs into .venv; the first time this takes some minutes."
	@$(BIN)/pip install --quiet --upgrade pip
	@# Together, so that the two fit each other.
	@$(BIN)/pip install --quiet torch torchvision
	@$(BIN)/pip install --quiet --editable '.[$*]'
	@touch $@

.venv/made:
	@command -v $(PYTHON) >/dev/null || $(call install,python3)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed" if sys.version_info < (3, 10) else 0)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)
	@$(PYTHON) -m venv .venv
	@touch $@

.PHONY: browser
browser:
	@command -v chromium >/dev/null || $(call install,chromium fonts-liberation) \
		|| echo "The tests that need a browser will be skipped."

# By apt where this user may, else a word on what to do.
define install
{ echo "Installing $(1)."; \
  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) >/dev/null; \
  elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then \
    sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) >/dev/null; \
  else echo "Please install $(1) by your system's packages (apt install $(1))." >&2; false; fi; }
endef
