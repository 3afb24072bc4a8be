# Reads the configuration once: python/omc/study/ has the logic, and the rules call it.
import math
import os
import re
import sys
import time
from collections import defaultdict
from functools import cache, partial
from importlib.metadata import version

BEGAN = time.time()
WORKFLOW = os.path.relpath(str(workflow.current_basedir.join("..")))
if not os.path.isdir(WORKFLOW):
    sys.exit(
        "ERROR: the workflow was fetched file by file, and its scripts need the library beside them:"
        " clone the repository, and give the module the path of its workflow/Snakefile"
    )
LIBRARY = os.path.abspath(os.path.join(WORKFLOW, "python"))
sys.path.insert(0, LIBRARY)
# Of the scripts, which run in processes of their own.
paths = [LIBRARY, dict(os.environ).get("PYTHONPATH")]
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, paths)))
# Initial size of R's heap, enough for caret's packages. Otherwise R collects garbage while the heap
# grows, a quarter of its start-up time. In the end it takes no more memory.
os.environ.setdefault("R_NSIZE", "4000000")
# R's memory for data grows in small steps, and vectors of 4 MB or more return to the system at once:
# a training job on a large matrix takes a fifth to a quarter less memory.
os.environ.setdefault("R_GC_VGROWINCRFRAC", "0.05")
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(4 * 2**20))
# With that, smaller ones would return whenever the last is free, and be got again page by page.
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(32 * 2**20))
# A job has one thread. Snakemake tells the libraries that it knows; these are told here. OpenMP's
# limit holds whatever number of threads a model asks for.
ONE_THREAD = [
    *("OMP_THREAD_LIMIT", "RCPP_PARALLEL_NUM_THREADS", "R_RANGER_NUM_THREADS", "MC_CORES"),
    *("R_DATATABLE_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS"),
    *("BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "LOKY_MAX_CPU_COUNT"),
]
os.environ.update(dict.fromkeys(ONE_THREAD, "1"))

from omc.study import config_file
from omc.study import study as configuration
from omc.study.canonical import canonical
from omc.study import prediction
from omc.report.console import closing_text, null_cost, usable_cores, whole_machine
from omc.report.forecast import EARLIER as EARLIER_RUN
from omc.report.forecast import needs
from omc.report import progress, screen
from omc.core import session
from omc.core.checksums import sha256_file
from omc.core.csv_files import read_csv
from omc.core.errors import UserError, some, stop
from omc.core.records import check, recorded, unrecorded
from omc.study.code import code_sha256
from omc.study.figures import figure_tables, write_captions

# A configuration given with --configfile stands alone: nothing of the default is mixed into it.
DEFAULT_CONFIG = "config/config.yaml"
CONFIGURED = os.path.exists(DEFAULT_CONFIG) and not workflow.overwrite_configfiles
# A module gets its configuration from the workflow that uses it.
IS_MODULE = workflow.modifier.skip_configfile
try:
    if CONFIGURED and not IS_MODULE:
        config_file.read_config(DEFAULT_CONFIG)
except UserError as error:
    stop(error)
if CONFIGURED:

    configfile: DEFAULT_CONFIG


try:
    if not ("datasets" in config or workflow.overwrite_configfiles or CONFIGURED):
        raise UserError(
            f"the configuration: there is no {DEFAULT_CONFIG} in {os.getcwd()}:"
            " give a file, with --configfile"
        )
    places = {} if IS_MODULE else config_file.read_places(workflow.configfiles, config)
    STUDY = configuration.load(config, WORKFLOW, places)
except UserError as error:
    stop(error)
CONFIG = STUDY.config
# Captions of the report can only read `config`.
config.update(CONFIG)

RESULTS = STUDY.results
IMAGES = os.path.join("images", CONFIG["run"] or "").rstrip("/")
DATASETS = list(STUDY.datasets)
# A limit of jobs and not of cores; the executor itself is not known yet while rules are read.
ON_CLUSTER = workflow.nodes is not None
if workflow.is_main_process:
    try:
        # While another run is at work, files change.
        cores = None if ON_CLUSTER else workflow.cores
        if not session.begin(RESULTS, str(workflow.snakemake_tmp_dir), cores):
            check(recorded(RESULTS, DATASETS) + recorded(IMAGES, DATASETS))
    except UserError as error:
        stop(error)
SHOWN = workflow.output_settings
# Users who ask for more or less than usual get it from Snakemake.
USUAL = not (SHOWN.verbose or SHOWN.debug_dag or SHOWN.printshellcmds) and all(
    kind.name in ("HOST", "REASON") for kind in SHOWN.quiet or ()
)
SCREEN = None
if workflow.is_main_process and USUAL and not IS_MODULE:
    # There is an executor when Snakemake begins to look for jobs to run.
    SCREEN = screen.attach(lambda: workflow.executor_plugin is not None and not workflow.dryrun)
# Where the software of jobs comes from, as the versions differ: `native` is this machine.
DEPLOYMENT = workflow.deployment_settings.deployment_method
DEPLOYMENT = "+".join(sorted(method.name.lower() for method in DEPLOYMENT)) or "native"
PASSED = f"{RESULTS}/validation/passed.txt"
# Of an earlier run: no input of what looks at it, which would have it brought up to date first.
EARLIER = f"{RESULTS}/timing.csv"
FORECAST = f"{RESULTS}/validation/forecast.csv"
# A cluster ends no training job sooner.
LEAST_MINUTES = 10
VARIANTS = STUDY.all_variants()
PERMUTATION = f"{RESULTS}/{{dataset}}/null/{{permutation}}"
NULL_LOG = f"{RESULTS}/logs/{{dataset}}/null/{{permutation}}"
TABLES = ["tuning", "importance", "timing", "failures"]
# Tables with predictions, joined per data set.
PREDICTED = ["predictions", "inner_predictions"]
DATASET_FILES = {
    "data": "data.h5ad",
    "samples": "samples.tsv",
    "splits": "splits.csv",
    "preprocessing": "preprocessing.h5",
    "predictions": "predictions.csv",
    "inner_predictions": "inner_predictions.csv",
}


wildcard_constraints:
    dataset="|".join(DATASETS),
    language="python|r",
    model="|".join(sorted({re.escape(m.name) for m in STUDY.all_models()})),
    source="|".join(sorted({source for _, source in STUDY.images})),
    shard=r"\d+of\d+",
    batch=r"\d+of\d+",
    part=r"\d+of\d+",
    permutation=r"\d+",


def one_of(names):
    """Wildcard constraint: these names; without any, it matches nothing."""
    return "|".join(names) or "(?!)"


def all_but(variants):
    """Wildcard constraint: all data sets but these."""
    return one_of([dataset for dataset in DATASETS if dataset not in variants])


def code(script, *more):
    """A param that changes with a script and the files that it uses: its rules run again.

    As inputs these files would be two thirds of what Snakemake looks at to plan a run, and a fresh
    copy of the workflow, in which all files are new, would run everything again. For the same reason
    the profiles leave out Snakemake's own trigger, which looks at how new a script is.
    """
    return code_sha256(WORKFLOW, f"scripts/{script}", *more)


def dataset_files(*names, folder=f"{RESULTS}/{{dataset}}"):
    """Files of the job's data set by name; folder: where a permutation or a part of it is."""
    return {name: f"{folder}/{DATASET_FILES[name]}" for name in names}


def files_of_all(*names, of=DATASETS):
    """Files of all data sets, or of some, by name, in the order of the configuration."""
    return {
        name: expand(f"{RESULTS}/{{dataset}}/{DATASET_FILES[name]}", dataset=of) for name in names
    }


def for_dataset(function):
    """A params function that calls a function of the study with the data set of the job."""
    return lambda wildcards: function(wildcards.dataset)


def in_report(file, caption, content, category="All data sets"):
    """A file of the report with the caption report/{caption}.rst; content: its label."""
    return report(
        file,
        caption=f"../report/{caption}.rst",
        category=category,
        labels={"content": content},
    )


# A job has one thread, Snakemake's default, which the numerical libraries follow.
def mem_mb(base, times):
    """Memory in MB: the libraries and a multiple of the size of the input files."""
    return lambda wildcards, input, attempt: attempt * int(
        base + times * size_mb(input) + beside_mb()
    )


def size_mb(files):
    """Size of files in MB. Snakemake's `input.size_mb` starts an event loop for each job."""
    return sum(os.path.getsize(file) for file in files) / 2**20


def beside_mb():
    """Memory in MB that processes of Snakemake take beside a script on a cluster."""
    return 300 if ON_CLUSTER or not workflow.is_main_process else 0


def runtime(minutes):
    """Minutes after which a cluster ends the job; more in each attempt."""
    return lambda wildcards, attempt: attempt * minutes
