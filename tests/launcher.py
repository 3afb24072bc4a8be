"""Snakemake in a process of its own, without the two seconds in which it loads."""

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# A process that has loaded Snakemake and what it loads in every run, and nothing of the workflow,
# forks one for each run.
LOADED = multiprocessing.get_context("forkserver")
LOADED.set_forkserver_preload(
    ["snakemake.cli", "snakemake.profiles", "snakemake.report.html_reporter",
     "snakemake_executor_plugin_slurm", "smart_open", "jsonschema"]
)  # fmt: skip


def run_snakemake(arguments, folder, environment) -> subprocess.CompletedProcess:
    """As the command `snakemake` in a folder; returns its status, output and errors."""
    with tempfile.TemporaryDirectory() as scratch:
        streams = [Path(scratch, name) for name in ("stdout", "stderr")]
        process = LOADED.Process(target=_run, args=(arguments, folder, environment, streams))
        process.start()
        process.join()
        texts = (path.read_text(encoding="utf-8") for path in streams)
        return subprocess.CompletedProcess(arguments, process.exitcode, *texts)


def _run(arguments, folder, environment, streams):
    for number, path in enumerate(streams, start=1):
        with open(path, "wb") as file:
            os.dup2(file.fileno(), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["snakemake", *arguments]
    from snakemake.cli import main

    try:
        main()
    finally:
        # A forked process would leave them out.
        atexit._run_exitfuncs()
