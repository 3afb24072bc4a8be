# Reads the configuration once; everything that decides something is in python/omc/config.py.
import os
import re
import sys
import time
from importlib.metadata import version

BEGAN = time.time()
WORKFLOW = os.path.relpath(str(workflow.current_basedir.join("..")))
if not os.path.isdir(WORKFLOW):
    sys.exit(
        "ERROR: the workflow was fetched file by file, and its scripts need the library beside them:"
        " clone the repository, and give the module the path of its workflow/Snakefile"
    )
sys.path.insert(0, os.path.abspath(os.path.join(WORKFLOW, "python")))
# Room for the objects that caret's packages bring: R that grows into it collects garbage on the way,
# a quarter of its start. It takes no more memory in the end.
os.environ.setdefault("R_NSIZE", "4000000")
# R's memory for data grows in small steps, and vectors of 4 MB or more go back to the system at once:
# a training job on a large matrix takes a fifth to a quarter less.
os.environ.setdefault("R_GC_VGROWINCRFRAC", "0.05")
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(4 * 2**20))

from omc.study import study as configuration
from omc.study import prediction
from omc.report.closing import closing_text
from omc.core.errors import UserError, stop
from omc.study.code import code_files
from omc.study.figures import figure_tables, write_captions
from omc.report.opening import null_cost

try:
    if not ("datasets" in config or workflow.overwrite_configfiles or CONFIGURED):
        raise UserError(
            f"the configuration: there is no config/config.yaml in {os.getcwd()}:"
            " give a file, with --configfile"
        )
    STUDY = configuration.load(config, WORKFLOW)
except UserError as error:
    stop(error)
CONFIG = STUDY.config
# For the captions of the report, which see nothing else.
config.update(CONFIG)

RESULTS = STUDY.results
IMAGES = os.path.join("images", CONFIG["run"] or "").rstrip("/")
PASSED = f"{RESULTS}/validation/passed.txt"
DATASETS = list(STUDY.datasets)
VARIANTS = STUDY.variants("layer", "ungrouped")
PERMUTATION = f"{RESULTS}/{{dataset}}/null/{{permutation}}"
NULL_LOG = f"{RESULTS}/logs/{{dataset}}/null/{{permutation}}"
TABLES = ["tuning", "importance", "timing", "failures"]


wildcard_constraints:
    dataset="|".join(DATASETS),
    language="python|r",
    model="|".join(sorted({re.escape(m.name) for m in STUDY.all_models()})),
    source="|".join(sorted({source for _, source in STUDY.images})),
    shard=r"\d+of\d+",
    batch=r"\d+of\d+",
    part=r"\d+of\d+",
    permutation=r"\d+",
    table="|".join([*TABLES, "checks", "null"]),


def only(datasets):
    """Wildcard constraint: these data sets; none if there are none."""
    return "|".join(datasets) or "(?!)"


def without(variants):
    """Wildcard constraint: all data sets but these."""
    return only([dataset for dataset in DATASETS if dataset not in variants])


def of_parent(*names):
    """Files of the data set that the job's data set is a variant of."""

    def file(ending):
        return lambda wc: f"{RESULTS}/{STUDY.parent(wc.dataset)}/{ending}"

    files = {"data": "data.h5ad", "samples": "samples.tsv", "splits": "splits.csv"}
    return {name: file(files[name]) for name in names}


def code(script, *more):
    """The files of the library that a script uses: a change in one runs its rules again."""
    return code_files(WORKFLOW, f"scripts/{script}", *more)


def of_dataset(function):
    """A params function that asks the study about the data set of the job."""
    return lambda wildcards: function(wildcards.dataset)


def of_images(function):
    """A params function that asks the study about the image layer of the job."""
    return lambda wildcards: function(wildcards.dataset, wildcards.source)


def image_setting(name):
    """A params function that gives one key of the image layer of the job."""
    return lambda wildcards: STUDY.image_sources(wildcards.dataset)[wildcards.source][name]


def of_shards(file):
    """A file of every shard of an image layer."""
    return lambda wildcards: [
        f"{RESULTS}/{wildcards.dataset}/images/{wildcards.source}/{shard}/{file}"
        for shard in STUDY.image_shards(wildcards.dataset, wildcards.source)
    ]


def joined_images(file):
    """A file of every image layer of a data set and its cohorts."""

    def files(wildcards):
        home = STUDY.home(wildcards.dataset)
        folder = f"{RESULTS}/{home}/images"
        return [f"{folder}/{source}/{file}" for source in STUDY.image_sources(home)]

    return files


def prepared_images(wildcards):
    """The prepared images of a data set, for its contact sheet."""
    folder = f"{RESULTS}/{STUDY.home(wildcards.dataset)}/images"
    return [
        f"{folder}/{layer}/{shard}/prepared.h5"
        for layer, shard in STUDY.shown_images(wildcards.dataset)
    ]


def rds(key):
    """What the .h5ad file of a job is made of, by one of its keys."""
    return lambda wc: STUDY.rds[f"{RESULTS}/{wc.dataset}/rds/{wc.part}.h5ad"][key]


def in_report(file, caption, content, category="All data sets"):
    """The file, to be shown in the report with report/{caption}.rst; content: what it is called."""
    return report(
        file,
        caption=f"../report/{caption}.rst",
        category=category,
        labels={"content": content},
    )


def trained(wildcards, table, datasets=None):
    """One table of every training job of the given data sets, in the order of the configuration."""
    return [
        f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/{table}.csv"
        for dataset in datasets or [wildcards.dataset]
        for model in STUDY.models[dataset]
        for batch in STUDY.batches(dataset, model)
    ]


def train_priority(language):
    """Long jobs first, so that no core waits for the last one."""
    return lambda wc: STUDY.priority(STUDY.model(wc.dataset, language, wc.model))


def mem_mb(base, times):
    """Memory in MB: the libraries and a multiple of the size of the input files."""
    return lambda wildcards, input, attempt: attempt * int(base + times * input.size_mb)


def tuned(language):
    """The tuning jobs of a training job: none where it tunes by itself."""

    def files(wildcards):
        model = STUDY.model(wildcards.dataset, language, wildcards.model)
        folder = f"{RESULTS}/{wildcards.dataset}/{language}/{model.name}/{wildcards.batch}"
        return [f"{folder}/tune/{part}/tuning.csv" for part in STUDY.parts(model)]

    return files


def joined_tables(wildcards):
    """Files of one table of all jobs that write it."""
    if wildcards.table == "checks":
        # A variant's samples are its parent's.
        return [f"{RESULTS}/{name}/checks.csv" for name in CONFIG["datasets"]] + [
            f"{RESULTS}/{name}/null_checks.csv" for name in STUDY.permuted()
        ]
    if wildcards.table == "null":
        return [f"{RESULTS}/{name}/null.csv" for name in STUDY.permuted()]
    files = trained(wildcards, wildcards.table, DATASETS)
    if wildcards.table == "timing":
        files += [
            f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/tune/{part}/timing.csv"
            for dataset in DATASETS
            for model in STUDY.models[dataset]
            for batch in STUDY.batches(dataset, model)
            for part in STUDY.parts(model)
        ]
    return files


def trained_tables(language):
    folder = f"{RESULTS}/{{dataset}}/{language}/{{model}}/{{batch}}"
    return {table: f"{folder}/{table}.csv" for table in ["predictions", *TABLES]}


def tuned_tables(language):
    folder = f"{RESULTS}/{{dataset}}/{language}/{{model}}/{{batch}}/tune/{{part}}"
    return {table: f"{folder}/{table}.csv" for table in ["tuning", "timing"]}


def saved_model(language):
    return directory(f"{RESULTS}/{{dataset}}/{language}/{{model}}/{{batch}}/final")


def final_model(dataset, model):
    """The folder of a model that was trained on all samples of development."""
    batch = STUDY.batches(dataset, model)[-1]
    return f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/final"


def train_input(script):
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
        code=code(script),
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
        # [index, count] of the candidates that a tuning job takes; a training job takes all.
        part=lambda wc: [int(n) for n in wc.part.split("of")] if "part" in wc.keys() else None,
    )


def null_files(file):
    """A file of every permutation of a data set."""
    return lambda wc: [
        f"{RESULTS}/{wc.dataset}/null/{permutation}/{file}" for permutation in STUDY.permutations()
    ]


def null_predictions(wildcards):
    return [
        f"{RESULTS}/{wildcards.dataset}/null/{permutation}/{model.language}/{model.name}/predictions.csv"
        for permutation in STUDY.permutations()
        for model in STUDY.learners(wildcards.dataset)
    ]


def null_input(script):
    own = {"samples": "samples.tsv", "splits": "splits.csv", "preprocessing": "preprocessing.h5"}
    return {
        **train_input(script),
        **{name: f"{PERMUTATION}/{file}" for name, file in own.items()},
        "tuned": [],
    }


def null_tables(language):
    folder = f"{PERMUTATION}/{language}/{{model}}"
    return {
        table: (
            f"{folder}/{table}.csv"
            if table in ("predictions", "failures")
            else temp(f"{folder}/{table}.csv")
        )
        for table in ["predictions", *TABLES]
    }


def null_name(wildcards):
    """The name of a permutation, of which the seeds are made."""
    return f"{wildcards.dataset}/null/{wildcards.permutation}"


def opening_screen():
    jobs = [
        (job.wildcards.dataset, job.rule.name.split("_")[1], job.wildcards.model)
        for job in workflow.dag.needrun_jobs()
        if job.rule.name in ("train_python_null", "train_r_null")
    ]
    if jobs:
        print(null_cost(jobs, f"{RESULTS}/timing.csv"), file=sys.stderr)


def closing_screen(failed=False):
    if STUDY.prediction and not failed:
        text = f"\nThe predictions are in {STUDY.prediction['output']}"
    else:
        text = closing_text(RESULTS, BEGAN, failed)
    print(text, file=sys.stderr)
