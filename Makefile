# Two commands matter: `make lab` to learn, `make test` to check. The README has the same in plain commands.
# `make read` is a smaller `make lab`, for the lessons that need no PyTorch.

LESSONS ?=
LAB_ARGS ?=
APP_ARGS ?=
PYTEST_ARGS ?=

# Windows (git-bash too) has other names for Python and for its folder of programs.
ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := .venv/Scripts
else
PYTHON ?= python3
BIN := .venv/bin
endif

.PHONY: lab read app slides site lite test notebooks bench clean

lab: .venv/lab.stamp
	$(BIN)/python -m jupyterlab notebooks/00_start_here.ipynb $(LAB_ARGS)

read: .venv/read.stamp
	$(BIN)/python -m jupyterlab notebooks/00_start_here.ipynb $(LAB_ARGS)

# The explorers and two dashboards as pages without code.
app: .venv/lab.stamp
	JUPYTER_PATH="$(CURDIR)/notebooks/app" $(BIN)/python -m voila notebooks/app \
	  --Voila.config_file_paths="$(CURDIR)/notebooks/app" $(APP_ARGS)

# Lessons 02, 03 and 07 as slides; notebooks/TEACHING.md says how.
slides: .venv/lab.stamp
	$(BIN)/python -m pip install "jupyterlab_rise>=0.43"
	JUPYTER_PATH="$(CURDIR)/notebooks/app" $(BIN)/python -m jupyterlab notebooks/02_thresholded_predictions.ipynb $(LAB_ARGS)

# The lessons and pages as a site in build/site, explorers alive; it works from a disk too.
site: .venv/site.stamp
	$(BIN)/python site/make.py

# The lessons without PyTorch in JupyterLite; site/lite.py says what it fetches, and what was not tried.
lite: .venv/lab.stamp
	$(BIN)/python -m pip install "jupyterlite-core[all]>=0.6" "jupyterlite-pyodide-kernel>=0.6"
	$(BIN)/python site/lite.py

test: .venv/test.stamp
	$(BIN)/python -m pytest -n 2 -m "not browser" $(PYTEST_ARGS)
	$(BIN)/python -m pytest -n 2 --dist loadscope -m browser $(PYTEST_ARGS)

# Writes and runs the lessons anew from notebooks/source; LESSONS="02 03" for some of them.
notebooks: .venv/lab.stamp
	$(BIN)/python notebooks/build.py $(LESSONS)
	$(BIN)/python notebooks/pages.py

bench: .venv/test.stamp
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

# Removes everything that the other targets made, the virtual environment too.
clean:
	rm -rf .venv build dist notebooks/failed tests/browser/failures .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamps say when something was last installed, so that nothing is installed twice.
.venv/made.stamp:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "No $(PYTHON) here. Install Python 3.11 or newer, or name one: make lab PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 11) else 'This is Python %d.%d, and \
	Python 3.11 or newer is needed. Name one: make lab PYTHON=/path/to/python3' % sys.version_info[:2])"
	$(PYTHON) -m venv .venv
	@touch $@

.venv/lab.stamp: .venv/made.stamp requirements.txt pyproject.toml
	@echo "Installing about 1.5 GB into .venv; this takes a few minutes, once."
	$(BIN)/python -m pip install -r requirements.txt -e .
	@touch $@

.venv/read.stamp: .venv/made.stamp requirements.txt pyproject.toml
	@echo "Installing about 750 MB into .venv, for the lessons that need no PyTorch; lesson 00 says which. Once."
	$(BIN)/python -m pip install -c requirements.txt -e ".[lessons]"
	@touch $@

.venv/site.stamp: .venv/lab.stamp requirements-site.txt
	$(BIN)/python -m pip install -r requirements-site.txt
	@touch $@

.venv/test.stamp: .venv/site.stamp requirements-test.txt
	$(BIN)/python -m pip install -r requirements-test.txt
	@touch $@
