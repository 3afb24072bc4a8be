# Reads the configuration once; everything that decides something is in python/omc/config.py.
import json
import os
import re
import sys
import time
from pathlib import Path

BEGAN = time.time()
WORKFLOW = os.path.relpath(str(workflow.current_basedir.join("..")))
sys.path.insert(0, os.path.abspath(os.path.join(WORKFLOW, "python")))

import yaml
from omc import config as configuration
from omc.closing import closing_text
from omc.errors import UserError

try:
    CONFIG = configuration.complete(config, os.path.join(WORKFLOW, "schemas", "config.schema.yaml"))
    PRESETS = {
        language: yaml.safe_load(
            Path(WORKFLOW, "models", f"{language}.yaml").read_text(encoding="utf-8")
        )
        for language in ("python", "r")
    }
    STUDY = configuration.Study(CONFIG, PRESETS, root=os.path.join(WORKFLOW, ".."))
except UserError as error:
    print(*(f"ERROR: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr)
    sys.exit(1)

RESULTS = os.path.join("results", CONFIG["run"] or "").rstrip("/")
IMAGES = os.path.join("images", CONFIG["run"] or "").rstrip("/")
PASSED = f"{RESULTS}/validation/passed.txt"
DATASETS = list(STUDY.datasets)
FIGURES = ["model_comparison", "metric_overview"]
TABLES = ["tuning", "importance", "timing", "failures"]


wildcard_constraints:
    dataset="|".join(DATASETS),
    language="python|r",
    model="|".join(sorted({re.escape(m.name) for m in STUDY.all_models()})),
    batch=r"\d+of\d+",
    table="|".join(TABLES),


def library(language, *names):
    """Files of the library that a script uses: a change in one runs its rules again."""
    folder, ending = {"python": ("python/omc", "py"), "r": ("R", "R")}[language]
    return [os.path.join(WORKFLOW, folder, f"{name}.{ending}") for name in names]


def of_dataset(function):
    """A params function that asks the study about the data set of the job."""
    return lambda wildcards: function(wildcards.dataset)


def trained(wildcards, table, datasets=None):
    """One table of every training job of the given data sets, in the order of the configuration."""
    return [
        f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/{table}.csv"
        for dataset in datasets or [wildcards.dataset]
        for model in STUDY.models[dataset]
        for batch in STUDY.batches(model)
    ]


def trained_tables(language):
    folder = f"{RESULTS}/{{dataset}}/{language}/{{model}}/{{batch}}"
    return {table: f"{folder}/{table}.csv" for table in ["predictions", *TABLES]}


def saved_model(language):
    return directory(f"{RESULTS}/{{dataset}}/{language}/{{model}}/{{batch}}/final")


def train_input(language, *code):
    files = {
        "data": "data.h5ad",
        "samples": "samples.tsv",
        "splits": "splits.csv",
        "preprocessing": "preprocessing.h5",
    }
    return dict(
        **{name: f"{RESULTS}/{{dataset}}/{file}" for name, file in files.items()},
        # ancient: only its existence counts.
        validated=ancient(PASSED),
        code=library(language, *code),
    )


def train_params(language):
    def model(wildcards):
        return STUDY.model(wildcards.dataset, language, wildcards.model)

    return dict(
        dataset=lambda wc: wc.dataset,
        model=lambda wc: wc.model,
        spec=lambda wc: model(wc).spec_text,
        task=of_dataset(STUDY.task),
        tuning_metric=of_dataset(STUDY.tuning_metric),
        imbalance=CONFIG["imbalance"],
        seed=CONFIG["seed"],
        batch_index=lambda wc: int(wc.batch.split("of")[0]),
        batch_count=lambda wc: int(wc.batch.split("of")[1]),
    )


def closing_screen(failed=False):
    print(closing_text(RESULTS, BEGAN, failed), file=sys.stderr)
