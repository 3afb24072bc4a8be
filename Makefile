# The commands of this project. envs/setup.sh installs what they need; envs/tools.sh runs them.
#   CONFIG=config/quick.yaml   another configuration
#   CORES=8                    number of cores (default: all if up to 4, otherwise half, at most 16)
#   DEPLOY=conda|native        use R from conda, or from this machine (default: what is available)
#   NICE=0                     normal priority (default: 10, so that other programs come first)
#   TARGETS=results/…          only these files
#   ARGS=--dry-run             further arguments for Snakemake
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup init check run retry predict dag report docs test test-python test-fast test-r test-slurm verify faults benchmark benchmark-fit benchmark-memory lint format container pins data clean given FORCE

CONFIG ?= config/config.yaml
DEPLOY ?= auto
TZ ?= UTC
# What users give goes to programs by the environment, as it is: neither make nor a shell reads it.
REQUEST := DATASET MODEL INPUT OUTPUT
OWN := TABLE SAMPLES NAME OUTCOME
GIVEN := CONFIG CORES DEPLOY NICE TARGETS ARGS TZ $(REQUEST) $(OWN)
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)

# Where tests are that start the workflow. Each process reads all files that it is given.
SLOW := tests/end_to_end tests/verification tests/faults
SETUP := envs/setup.sh
TOOLS := envs/tools.sh
EXEC := $(TOOLS) exec
LIBRARY := PYTHONPATH=workflow/python $(EXEC) python -m

# Set-up runs again when a list of packages has changed, or when DEPLOY says another thing than
# .deploy has recorded.
RECORDED := $(shell cat .deploy 2>/dev/null)
PACKAGES := $(wildcard envs/*.txt envs/*.yaml) $(if $(filter $(RECORDED),$(DEPLOY:auto=$(RECORDED))),,FORCE)
RUN_READY := .venv/.stamp-run
TEST_READY := .venv/.stamp-test

help: ## Show this list
	@awk -F ': .*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' Makefile
	@sed -n 's/^#   /  /p' Makefile

setup: $(RUN_READY) ## Set up what is missing, but run nothing

given:
	@[ -f "$$CONFIG" ] || { printf 'ERROR: CONFIG=%s: there is no such file in %s: correct the path\n' \
		"$$CONFIG" "$$PWD" >&2; exit 1; }

init: $(RUN_READY) ## Propose a configuration for your own data: TABLE=… SAMPLES=… [NAME=…] [OUTCOME=…]
	@$(LIBRARY) omc.study.init

check: given $(RUN_READY) ## Test configuration, data and every model on a small part of the data, in a minute
	@TARGETS=check $(TOOLS) make

run: given $(RUN_READY) ## Set up what is missing, then run the comparison
	@$(TOOLS) make

retry: given $(RUN_READY) ## Retrain only what failed in the last run
	@failed="$$($(LIBRARY) omc.study.retry "$$CONFIG")" || exit 1; \
	if [ -n "$$failed" ]; then TARGETS= $(TOOLS) make --forcerun $$failed; fi

predict: given $(RUN_READY) ## Predict new samples: DATASET=… MODEL=python/… INPUT=new.tsv OUTPUT=out.csv
	$(foreach name,$(REQUEST),$(if $($(name)),,$(error make predict: give it $(REQUEST:%=%=…))))
	@TARGETS=predict $(TOOLS) make

report: given $(RUN_READY) ## Write report.html about the last run into its results folder
	@report="$$($(LIBRARY) omc.study.report_path "$$CONFIG")" || exit 1; \
	TARGETS= $(TOOLS) make --report "$$report" && echo "The report: $$report"

dag: $(TEST_READY) ## Draw the jobs of the quick configuration and the rules: images/*.png
	@$(TOOLS) draw config/quick.yaml

docs: $(RUN_READY) ## Write the tables in the docs that come from the schema or the catalog
	@$(LIBRARY) omc.study.documentation

test: $(TEST_READY) ## Set up what is missing, then run every check and test
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line lint test-python test-r

test-python: $(TEST_READY) test-fast
	@$(EXEC) pytest -m slow --numprocesses 3 --dist loadfile --no-loadscope-reorder --durations 10 \
		$(SLOW)

test-fast: $(TEST_READY) ## Only the Python tests that start no workflow
	@$(EXEC) pytest -m "not slow and not slurm and not verification and not faults" --numprocesses 2

test-r: $(TEST_READY)
	@$(EXEC) Rscript tests/testthat.R

test-slurm: $(TEST_READY) ## Test on a Slurm cluster of two nodes on this machine, losing one node
	@$(SETUP) slurm
	@$(EXEC) pytest -m slurm --durations 0 tests/slurm

verify: $(TEST_READY) ## Compare results with published numbers, and write docs/verification.md
	@$(EXEC) pytest -m verification --capture=no --write docs/verification.md tests/verification

faults: $(TEST_READY) ## Run campaigns of kills, changed files, broken and hostile input
	@$(EXEC) pytest -m faults --capture=no tests/faults tests/end_to_end/test_messy.py

benchmark: $(TEST_READY) ## Measure the workflow against the serial scripts, and write docs/performance.md
	@$(EXEC) python tests/benchmarks/benchmark_performance.py --write docs/performance.md docs/report.md

benchmark-fit: $(TEST_READY) ## Compare the speed of training with plain caret and scikit-learn
	@PYTHONPATH=workflow/python $(EXEC) python tests/benchmarks/benchmark_fit.py

benchmark-memory: $(TEST_READY) ## Measure the memory of a run on 1,000 samples x 20,000 features
	@$(EXEC) python tests/benchmarks/benchmark_memory.py

lint: $(TEST_READY) ## Check the style of Python, R, Snakemake and shell files
	@$(TOOLS) lint

format: $(TEST_READY) ## Format Python and Snakemake files
	@$(EXEC) ruff check --quiet --fix .
	@$(EXEC) ruff format --quiet .
	@$(EXEC) snakefmt workflow

container: $(RUN_READY) ## Regenerate envs/Dockerfile, for an image with the conda environments
	@$(TOOLS) container envs/Dockerfile

pins: ## Regenerate envs/constraints.txt
	@$(TOOLS) pins

data: $(RUN_READY) ## Regenerate the data sets in resources/ from their sources
	@Rscript resources/make_data.R
	@$(EXEC) python resources/make_digits.py

clean: ## Remove results and figures; keep what is set up
	@$(TOOLS) clean

$(RUN_READY): $(PACKAGES)
	@$(SETUP) run

$(TEST_READY): $(PACKAGES)
	@$(SETUP) test
