"""What a run costs against the serial scripts, and how its cost grows: `make benchmark`.

    python tests/benchmarks/benchmark_performance.py [--parts serial growth …] [--write PAGE …]

Measured are wall seconds, and CPU seconds of a program and all of its children. Each part prints
its table; with --write, it replaces what stands between its marks in a page.
Nothing else should run on the machine: CPU seconds depend on it a little, wall seconds much.
"""

import argparse
import csv
import json
import math
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "workflow" / "python")]

from omc.report.efficiency import MODELS as MODEL_STAGES  # noqa: E402
from omc.report.efficiency import USED  # noqa: E402
from tests import original_scripts  # noqa: E402

TABLE = re.compile(r"(<!-- made by make benchmark: (\w+) -->\n).*?(<!-- end -->)", flags=re.S)
ENVIRONMENT = {**os.environ, "TZ": "UTC", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SPLITS = {"folds": 5, "repeats": 1, "inner_folds": 5}
# As costly as others, of both languages, and with the same work whatever the data.
GROWING = {"python": ["logistic_regression", "svm_rbf"], "r": ["glmnet", "ranger"]}
FEATURES, SAMPLES = (1000, 2000, 5000, 20000), (100, 200, 400)
# How often the scripts and the same trainings are timed, in turn: machines change their speed.
ROUNDS = 3
# Numbers of models and of data sets.
NUMBERS = ((2, 1), (8, 1), (16, 1), (2, 4), (2, 8))


class Missing(Exception):
    """A part cannot be measured here; the page keeps the table that it has."""


@dataclass(frozen=True)
class Spent:
    """Wall and CPU seconds."""

    wall: float
    cpu: float


def spent(*commands, folder=None) -> Spent:
    """What commands took, one after the other."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, began = used.ru_utime + used.ru_stime, time.time()
    for command in commands:
        subprocess.run(
            [str(part) for part in command], check=True, env=ENVIRONMENT, cwd=folder,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(time.time() - began, used.ru_utime + used.ru_stime - cpu)


def medians(rounds: list[Spent]) -> Spent:
    """Of the wall and of the CPU seconds of several rounds."""
    return Spent(median(r.wall for r in rounds), median(r.cpu for r in rounds))


def run_workflow(folder: Path, config: dict, cores: int = 2, *targets) -> Spent:
    """Run the workflow in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    if not (folder / "resources").exists():
        (folder / "resources").symlink_to(ROOT / "resources")
    return spent(
        [
            *(sys.executable, "-m", "snakemake", "--cores", cores, "--quiet", "all"),
            *("--snakefile", ROOT / "workflow" / "Snakefile", "--directory", folder),
            *("--configfile", folder / "config.yaml", "--", *targets),
        ],
        folder=folder,
    )


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measures(results: Path) -> dict[str, float]:
    """The measures of efficiency.csv, of the last run."""
    rows = read(results / "efficiency.csv")
    return {row["measure"]: float(row["value"]) for row in rows if row["run"] == rows[-1]["run"]}


def table(header: list[str], rows) -> str:
    """A table in Markdown, with numbers on the right."""
    marks = ["---", *["--:"] * (len(header) - 1)]
    lines = [header, marks, *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------------------- parts


def serial(scratch: Path) -> str:
    """The same trainings by the serial scripts and by the workflow, in turn, and whole runs."""
    resampling = {"folds": 5, "repeats": 2, "inner_folds": 5}
    config = original_scripts.configuration(ROOT, resampling, original_scripts.MODELS)
    # The scripts train no final models.
    like_scripts, seeds = {**config, "final_models": False}, scratch / "seeds.csv"
    trainings, originals = [], []
    for number in range(ROUNDS):
        same, original = scratch / f"same{number}", scratch / f"original{number}"
        trainings.append(run_workflow(same, like_scripts, 2, "results/metrics.csv"))
        folds = same / "results" / original_scripts.DATASET / "splits.csv"
        original_scripts.write_seeds(seeds, folds)
        originals.append(spent(*original_scripts.commands(ROOT, folds, seeds, original)))
        say(f"scripts {originals[-1]}, the same trainings {trainings[-1]}")
    scripts, one, two = medians(originals), scratch / "one", scratch / "two"
    spans = {
        "serial scripts": scripts,
        "workflow, 2 cores, the same trainings and their metrics": medians(trainings),
        "workflow, 1 core, with statistics, figures and final models": run_workflow(one, config, 1),
        "the same, 2 cores": run_workflow(two, config, 2),
    }
    if len({(run / "results" / "metrics.csv").read_bytes() for run in (same, one, two)}) != 1:
        raise SystemExit("metrics.csv differs between the runs")
    return table(
        ["run", "wall seconds", "CPU seconds", "wall, of the scripts'", "CPU, of the scripts'"],
        [
            [name, f"{s.wall:.0f}", f"{s.cpu:.0f}", f"{s.wall / scripts.wall:.2f}"]
            + [f"{s.cpu / scripts.cpu:.2f}"]
            for name, s in spans.items()
        ],
    )


def random_dataset(folder: Path, samples: int, features: int) -> dict:
    """A data set of random numbers, with an outcome that ten features tell of; its setting."""
    random = np.random.default_rng(2022)
    name = f"s{samples}f{features}"
    outcome = np.arange(samples) % 2
    x = random.standard_normal((features, samples)).round(4)
    x[:10] += outcome
    sheet = [f"S{i}" for i in range(samples)]
    with open(folder / f"{name}.tsv", "w", encoding="utf-8") as file:
        file.write("\t".join(["feature", *sheet]) + "\n")
        for number, row in enumerate(x):
            file.write("\t".join([f"F{number}", *map(str, row)]) + "\n")
    lines = ["sample\toutcome", *(f"{s}\t{'ab'[y]}" for s, y in zip(sheet, outcome, strict=True))]
    (folder / f"{name}_samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    layer = {"table": f"{name}.tsv", "orientation": "features_in_rows", "top_variance": 2000}
    return {
        "layers": {"random": layer},
        "samples": f"{name}_samples.tsv",
        "outcome": {"column": "outcome", "task": "classification"},
    }


def size(scratch: Path) -> str:
    """CPU seconds by the numbers of features and samples, all in one run."""
    shapes = [(100, f) for f in FEATURES] + [(s, 2000) for s in SAMPLES[1:]]
    folder = scratch / "size"
    folder.mkdir()
    config = {
        "datasets": {f"s{s}f{f}": random_dataset(folder, s, f) for s, f in shapes},
        "resampling": SPLITS,
        "models": GROWING,
    }
    run_workflow(folder, config)
    jobs = read(folder / "results" / "jobs.csv")
    rows = []
    for samples, features in shapes:
        of_dataset = [job for job in jobs if job["job"].startswith(f"s{samples}f{features}/")]
        training = [job for job in of_dataset if job["kind"] == "train"]
        cpu = [sum(float(job["cpu_seconds"]) for job in some) for some in (training, of_dataset)]
        models = sum(float(job["model_seconds"]) for job in training)
        rows.append([samples, features, *cpu, models])
    base = next(row for row in rows if row[:2] == [100, 2000])
    return table(
        ["samples", "features", "CPU seconds, training jobs", "ratio to 100 × 2,000"]
        + ["tuning, fitting, predicting", "CPU seconds, all of its jobs"],
        [
            [s, f"{f:,}", f"{train:.1f}", f"{train / base[2]:.2f}", f"{models:.1f}", f"{every:.1f}"]
            for s, f, train, every, models in rows
        ],
    )


def number(scratch: Path) -> str:
    """CPU seconds by the numbers of models and of data sets."""
    leukemia = original_scripts.configuration(ROOT, SPLITS, original_scripts.MODELS)["datasets"]
    leukemia = leukemia[original_scripts.DATASET]
    rows = []
    for models, datasets in NUMBERS:
        half = range(models // 2)
        knn = {"estimator": "sklearn.neighbors.KNeighborsClassifier"}
        config = {
            "datasets": {f"d{n}": leukemia for n in range(datasets)},
            "resampling": SPLITS,
            "models": {
                "python": [{"name": f"knn{n}", **knn, "cost": "cheap"} for n in half],
                "r": [{"name": f"knn{n}", "method": "knn", "cost": "cheap"} for n in half],
            },
        }
        folder = scratch / f"{models}-{datasets}"
        run = run_workflow(folder, config)
        of_run = measures(folder / "results")
        models_cpu = sum(of_run[f"cpu_{stage}"] for stage in MODEL_STAGES)
        outside = run.cpu - models_cpu
        rows.append(
            [models, datasets, f"{of_run['jobs']:.0f}", f"{run.wall:.0f}", f"{run.cpu:.0f}"]
            + [f"{outside:.0f}", f"{outside / (models * datasets):.1f}"]
            + [f"{of_run['cpu_snakemake']:.1f}"]
        )
        say(f"{models} models, {datasets} data sets")
    return table(
        ["models", "data sets", "jobs", "wall seconds", "CPU seconds", "of these not in models"]
        + ["the same per model and data set", "Snakemake"],
        rows,
    )


def plain(scratch: Path) -> str:
    """The table of benchmark_fit.py: training against plain caret and scikit-learn."""
    script = Path(__file__).with_name("benchmark_fit.py")
    command = [sys.executable, str(script)]
    with_library = {**ENVIRONMENT, "PYTHONPATH": str(ROOT / "workflow" / "python")}
    done = subprocess.run(command, env=with_library, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(done.stdout)
        raise SystemExit("the product and plain caret or scikit-learn differ")
    return f"```\n{done.stdout.strip()}\n```\n"


def mikropml(scratch: Path) -> str:
    """mikropml's own job, by mikropml and by the workflow on the same outer splits and grids.

    Its methods, each in a process of R that trains all splits, against the workflow's training jobs
    of the same methods; all start-up is counted.
    """
    script = Path(__file__).with_suffix("").with_name("benchmark_mikropml.R")
    run = ["Rscript", script]
    config = original_scripts.configuration(ROOT, SPLITS, original_scripts.MODELS)
    leukemia = config["datasets"][original_scripts.DATASET]
    expression, samples = (ROOT / file for file in (
        leukemia["layers"]["expression"]["table"], leukemia["samples"]
    ))  # fmt: skip
    asked = subprocess.run(
        [*run, "grids", expression], env=ENVIRONMENT, capture_output=True, text=True
    )
    if asked.returncode:
        raise Missing(f"mikropml is not installed: {asked.stderr.strip()}")
    grids = json.loads(asked.stdout)
    del leukemia["layers"]["expression"]["top_variance"]
    config |= {
        "models": {"r": [{"name": m, "method": m, "grid": grid} for m, grid in grids.items()]},
        "selection": {"method": "none"},
        "final_models": False,
    }
    folder = scratch / "mikropml"
    run_workflow(folder, config, 2, "results/metrics.csv")
    results = folder / "results"
    ours = {}
    for method in grids:
        log = results / "logs" / original_scripts.DATASET / "r" / method
        used = [USED.match(path.read_text().splitlines()[-1]) for path in log.glob("*.log")]
        ours[method] = sum(float(u["cpu"]) for u in used if u)
    rows = []
    for method, grid in grids.items():
        scores = folder / f"{method}.csv"
        splits = results / original_scripts.DATASET / "splits.csv"
        theirs = spent([*run, method, expression, samples, "subtype", splits, scores]).cpu
        found = [float(row["roc_auc"]) for row in read(scores)]
        mine_found = [
            float(row["value"])
            for row in read(results / "metrics.csv")
            if (row["model"], row["metric"]) == (method, "roc_auc")
        ]
        fits = len(found) * (math.prod(map(len, grid.values())) * SPLITS["inner_folds"] + 1)
        rows.append([method, fits, ours[method], theirs, mean(mine_found), mean(found)])
        say(f"{method}: {ours[method]:.1f} and {theirs:.1f} CPU s")
    total = [sum(row[at] for row in rows) for at in (1, 2, 3)]
    lines = [
        [method, fits, f"{mine:.1f}", f"{theirs:.1f}", f"{mine / theirs:.2f}", f"{auc:.3f}"]
        + [f"{their_auc:.3f}"]
        for method, fits, mine, theirs, auc, their_auc in rows
    ]
    fits, mine, theirs = total
    lines.append(["total", fits, f"{mine:.1f}", f"{theirs:.1f}", f"{mine / theirs:.2f}", "", ""])
    return table(
        ["method", "candidates × folds", "CPU seconds, workflow", "CPU seconds, mikropml", "ratio"]
        + ["ROC AUC, workflow", "ROC AUC, mikropml"],
        lines,
    )


def default(scratch: Path) -> str:
    """The measures of the last default run, if there is one."""
    results = ROOT / "results"
    if not (results / "efficiency.csv").exists():
        return "There was no finished default run (`make run`).\n"
    rows = [[f"`{name}`", f"{value:.4g}"] for name, value in measures(results).items()]
    return table(["measure", "value"], rows)


def machine(scratch: Path) -> str:
    """Where and with what it was measured."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), flags=re.M)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    code = 'for (p in c("caret", "glmnet", "ranger")) cat(p, format(packageVersion(p)), "")'
    code = f'cat(R.version$major, R.version$minor, sep = "."); cat(" "); {code}'
    r = subprocess.run(
        ["Rscript", "--vanilla", "-e", code], capture_output=True, text=True, env=ENVIRONMENT
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("snakemake", "scikit-learn"))
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    )
    rows = [
        ["processor", model[1] if model else platform.machine()],
        ["cores, memory", f"{len(os.sched_getaffinity(0))}, {memory:.0f} GB"],
        ["load before the measurements", f"{LOAD:.2f}"],
        ["Python", f"{platform.python_version()}; {packages}"],
        ["R", r.stdout.strip()],
        ["commit", commit.stdout.strip() or "unknown"],
        ["date", time.strftime("%Y-%m-%d", time.gmtime())],
    ]
    return table(["", ""], rows)


PARTS: dict[str, Callable[[Path], str]] = {
    part.__name__: part for part in (machine, serial, size, number, plain, mikropml, default)
}
LOAD = os.getloadavg()[0]


def write(page: Path, made: dict[str, str]) -> None:
    """Replace the tables of a page that were made."""

    def replaced(match: re.Match) -> str:
        start, name, end = match.groups()
        return f"{start}\n{made[name]}\n{end}" if name in made else match[0]

    page.write_text(TABLE.sub(replaced, page.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Measure the parts, print their tables, and write them into the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--write", nargs="*", type=Path, default=[], help="pages with marks")
    options = parser.parse_args()
    made = {}
    with tempfile.TemporaryDirectory() as scratch:
        for part in options.parts:
            began = time.time()
            try:
                made[part] = PARTS[part](Path(scratch))
            except Missing as why:
                say(f"{part}: not measured: {why}")
                continue
            say(f"{part}: {time.time() - began:.0f} s")
            print(f"{part}\n\n{made[part]}", flush=True)
    for page in options.write:
        write(page, made)


if __name__ == "__main__":
    main()
