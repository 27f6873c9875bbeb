# `make run` and `make test` do all the set-up themselves: they make .venv from requirements.txt.
# Another Python than the first that fits: make run PYTHON=/path/to/python3.12

CANDIDATES := python3 python3.13 python3.12 python3.11 python3.10 python
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p common/supported_python.py course >/dev/null 2>&1 && echo $$p && break; done)
PY := .venv/bin/python

# Python 3.7, for genuine TensorFlow 1.15.5: make bench PYTHON37=/path/to/python3.7
PYTHON37 ?= $(shell for p in python3.7 $$HOME/.pyenv/versions/3.7.*/bin/python; do \
	$$p --version 2>&1 | grep -q "^Python 3\.7\." && echo $$p && break; done)

.PHONY: run test test-slow test-processors bench parity stress notebooks pretrained gallery \
	translation glossary site clean

run: .venv/ready
	$(PY) -m lessons run all

test: .venv/ready
	$(PY) -m pytest

test-slow: .venv/ready  ## whole trainings, every notebook in a kernel, figures after a kill
	$(PY) -m pytest -m slow
	$(PY) -m pytest --drawn -k "kill or resume or restore"

test-processors: .venv/ready  ## the tests as on other processors, and with nudged weights
	$(PY) tests/processors.py

bench: .venv/ready $(if $(PYTHON37),.venv-tf1/ready)  ## measure training steps side by side
	$(PY) benchmarks/run.py

parity: .venv/ready .venv-tf1/ready  ## compare every number with genuine TensorFlow 1.15.5's
	$(PY) -m tools.parity

stress: .venv/ready  ## try to break the course: kills, damaged files, full disks, bad input
	PYTHONPATH=tests $(PY) -m stress

notebooks: .venv/ready  ## write and execute every lesson's notebook
	$(PY) -m tools.notebooks

pretrained: .venv/ready  ## train the checkpoints that ship
	$(PY) -m tools.pretrained

translation: .venv/ready  ## bring the Chinese catalogues up to the English text
	$(PY) -m tools.translation

glossary: .venv/ready  ## docs/glossary.md, of docs/glossary.toml
	$(PY) -m tools.glossary

gallery: .venv/ready  ## draw docs/gallery.md; the real image sets must be on disk
	$(PY) -m tools.gallery

site: .venv-site/ready  ## write the web site into site/, of the executed notebooks
	.venv-site/bin/python -m tools.site

clean: .venv/ready  ## remove what your own runs saved
	$(PY) -m lessons clean all

.venv/ready: requirements.txt pyproject.toml
	@$(or $(PYTHON),python3) common/supported_python.py course
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --requirement requirements.txt
	@touch $@

.venv-tf1/ready: requirements-tf1.txt
	@test -n "$(PYTHON37)" || { echo "There is no Python 3.7 here, which TensorFlow 1.15.5 needs:" \
		"install it, and name it with PYTHON37=/path/to/python3.7."; exit 1; }
	$(PYTHON37) -m venv .venv-tf1
	.venv-tf1/bin/python -m pip install --requirement requirements-tf1.txt
	@touch $@

.venv-bench/ready: requirements-bench.txt  ## PyTorch and JAX, for `make bench` to measure beside
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --requirement requirements-bench.txt
	@touch $@

.venv-site/ready: requirements-site.txt web/package-lock.json  ## Sphinx, and MathJax for its pages
	@command -v npm >/dev/null || { echo "There is no npm here, which brings MathJax: install Node.js."; \
		exit 1; }
	$(PYTHON) -m venv .venv-site
	.venv-site/bin/python -m pip install --requirement requirements-site.txt
	cp web/package.json web/package-lock.json .venv-site/
	npm ci --ignore-scripts --no-audit --no-fund --prefix .venv-site
	@touch $@
