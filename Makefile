# `make run` and `make test` do all the set-up themselves: they make .venv from requirements.txt.
# Another Python than the first that fits: make run PYTHON=/path/to/python3.12

CANDIDATES := python3 python3.13 python3.12 python3.11 python3.10 python
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p common/supported_python.py course >/dev/null 2>&1 && echo $$p && break; done)
PY := .venv/bin/python

.PHONY: run test notebooks pretrained clean help

run: .venv/ready
	$(PY) -m lessons run all

test: .venv/ready
	$(PY) -m pytest

notebooks: .venv/ready  ## write and execute every lesson's notebook
	$(PY) -m common.notebooks

pretrained: .venv/ready  ## train the checkpoints that ship
	$(PY) -m common.pretrained

clean: .venv/ready  ## remove what your own runs saved
	$(PY) -m lessons clean all

.venv/ready: requirements.txt pyproject.toml
	@$(or $(PYTHON),python3) common/supported_python.py course
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --requirement requirements.txt
	@touch $@
