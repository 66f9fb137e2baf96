# make demo, make test: from a fresh clone these do all the set-up there is, in .venv.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format slow lowest clean
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
MADE_FROM := pyproject.toml requirements.txt setup.py
LOWEST := .venv-lowest/bin
# One process of tests a core, with one thread each; waiting threads that spin would starve others.
JOBS ?= auto
AT_ONCE := -n $(JOBS) --dist loadfile
TEST_ENV := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE GRADIO_ANALYTICS_ENABLED=False HF_HUB_DISABLE_TELEMETRY=1

help:
	@echo "make demo    start the web page"
	@echo "make test    check everything; where there is no chromium it is installed, by apt"
	@echo "             (BROWSER=skip: it is not, and the tests in a browser are left out)"
	@echo "make slow    the tests that take minutes, and make lowest"
	@echo "make lowest  some tests with the lowest versions of everything that are allowed"
	@echo "make lint    style and types only"
	@echo "make format  put the code in shape"
	@echo "make clean   remove .venv, .venv-lowest and caches"

demo: .venv/ready-for-demo
	@exec $(BIN)/python app.py

test: .venv/ready-for-test browser lint
	@$(TEST_ENV) $(BIN)/pytest $(AT_ONCE)

slow: .venv/ready-for-test browser
	@$(TEST_ENV) $(BIN)/pytest -m slow
	@$(MAKE) lowest

# pip has no way to ask for the lowest versions that pyproject.toml allows; uv has. They are too old
# for a Python after 3.12.
lowest: .venv-lowest/ready
	@$(TEST_ENV) $(LOWEST)/pytest $(AT_ONCE) tests/model tests/weights tests/imaging

lint: .venv/ready-for-test
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy

format: .venv/ready-for-test
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

clean:
	rm -rf .venv .venv-lowest .pytest_cache .ruff_cache .mypy_cache .hypothesis bgmatting.egg-info

.venv/ready-for-%: $(MADE_FROM) | .venv/made
	@echo "Installing what bgmatting needs into .venv; the first time this takes some minutes."
	@$(BIN)/pip install --quiet --upgrade pip
	@# Together, so that the two fit each other.
	@$(BIN)/pip install --quiet torch torchvision
	@$(BIN)/pip install --quiet --editable '.[$*]'
	@touch $@

.venv-lowest/ready: $(MADE_FROM) | .venv/made
	@echo "Installing the lowest versions that bgmatting allows into .venv-lowest; this takes long."
	@rm -rf .venv-lowest && $(PYTHON) -m venv .venv-lowest
	@$(LOWEST)/pip install --quiet uv
	@$(LOWEST)/uv pip install --quiet --python $(LOWEST)/python --resolution lowest-direct --editable '.[test]'
	@touch $@

.venv/made:
	@command -v $(PYTHON) >/dev/null || $(call install,python3)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed" if sys.version_info < (3, 10) else 0)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)
	@$(PYTHON) -m venv .venv
	@touch $@

.PHONY: browser
browser:
ifeq ($(BROWSER),skip)
	@echo "BROWSER=skip: nothing is installed, and the tests in a browser are left out."
else
	@command -v chromium >/dev/null || { \
		echo "Some tests need Chromium, which is not here (BROWSER=skip does without)."; \
		$(call install,chromium fonts-liberation); } \
		|| echo "The tests that need a browser will be skipped."
endif

# System-wide, by apt where this user may, after saying so; else a word on what to do.
define install
{ as=; [ "$$(id -u)" = 0 ] || as="sudo -n"; \
  if command -v apt-get >/dev/null && $$as true 2>/dev/null; then \
    echo "Installing on this system, by apt: $(1)"; \
    $$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq -y --no-install-recommends $(1) >/dev/null; \
  else echo "Please install $(1) by your system's packages (apt install $(1))." >&2; false; fi; }
endef
