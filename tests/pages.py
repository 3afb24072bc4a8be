"""The pages of the documentation, and the commands that they show."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

# What tests/end_to_end/test_run.py runs, in this order, in a fresh copy; without conda.
COMMANDS = (
    "make run CONFIG=config/quick.yaml",
    "make report CONFIG=config/quick.yaml",
    "make retry CONFIG=config/quick.yaml",
    "make predict CONFIG=config/quick.yaml DATASET=leukemia MODEL=python/logistic_regression"
    " INPUT=new.tsv OUTPUT=out.csv",
    "snakemake --use-conda -c 1 --configfile config/quick.yaml --config 'predict={"
    '"dataset": "leukemia", "model": "python/logistic_regression", "input": "new.tsv", "output":'
    ' "out.csv"}\' -- predict',
    "snakemake --use-conda -c 1 --config 'init={"
    '"table": "data/counts.tsv", "samples": "data/samples.tsv"}\' -- init',
    "make init TABLE=data/counts.tsv SAMPLES=data/samples.tsv",
    "make check CONFIG=config/my_study.yaml",
    "make run CONFIG=config/my_study.yaml",
)
# What a command needs that is not here, or the test that runs it.
EXCUSED = {
    "conda env create -f envs/snakemake.yaml && conda activate omics-model-comparison": "conda",
    "snakemake --use-conda -c 2 --configfile config/quick.yaml": "conda; make run does the same",
    "snakemake --use-conda -c 16": "the default run takes 5 to 15 minutes: make benchmark",
    "snakemake --use-conda --workflow-profile workflow/profiles/slurm": "tests/slurm",
    "snakemake --use-conda --conda-create-envs-only -c 1": "conda",
    "conda list --explicit --md5 --prefix .snakemake/conda/HASH > envs/r.linux-64.pin.txt": "conda",
    "docker build --file envs/Dockerfile --tag omics-model-comparison .": "container",
    "apptainer build omics.sif docker-daemon://omics-model-comparison:latest": "container",
    "OMC_IMAGE=$PWD/omics.sif snakemake --sdm conda apptainer -c 16": "test_delivery.py",
    "make run CONFIG=config/examples/clinical.yaml": "test_baseline_layers.py",
    "make run CONFIG=config/examples/survival.yaml": "test_survival.py",
    "make run CONFIG=config/examples/spectra.yaml": "verification/test_gasoline.py",
}


def pages() -> list[str]:
    """Paths of the pages, relative to the root."""
    docs = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))
    return ["README.md", "CONTRIBUTING.md", "config/README.md", "resources/README.md", *docs]


def command_lines(page: Path) -> list[str]:
    """The commands in the shell blocks of a page, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.S)
    lines = [
        re.sub(r"\s+# .*", "", line).strip() for block in blocks for line in block.splitlines()
    ]
    return [line for line in lines if line]
