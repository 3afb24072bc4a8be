"""How the workflow reaches others: as a container, and as a module from a clone."""

import os
import re
import shutil
import subprocess

import pytest

from tests.end_to_end.test_run import planned

pytestmark = pytest.mark.slow

# It has no image: it runs commands here, and writes down which environments are looked for.
APPTAINER = """#!/bin/sh
if [ "$1" = --version ]; then echo apptainer version 1.3.0; exit; fi
for command; do :; done
case "$command" in
    *conda-envs*) echo "$command" >> "$ASKED" ;;
    *) sh -c "$command" ;;
esac
"""
CONDA = """#!/bin/sh
case "$*" in
    --version) echo conda 24.11.0 ;;
    *config*) echo '{"get": {"channel_priority": "strict"}}' ;;
    *) echo '{"platform": "linux-64", "conda_prefix": "/"}' ;;
esac
"""


def test_the_dockerfile_is_what_snakemake_writes(root, tmp_path):
    path = tmp_path / "Dockerfile"
    process = subprocess.run(
        ["envs/tools.sh", "container", path], cwd=root, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    expected = (root / "envs" / "Dockerfile").read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8") == expected, "run `make container`"


def test_snakemake_looks_in_an_image_for_the_environments_of_the_dockerfile(
    workflow, small, root, tmp_path
):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("apptainer", APPTAINER), ("conda", CONDA)):
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    (programs / "image.sif").touch()
    process = workflow().compare(
        small, "--sdm", "conda", "apptainer", "--conda-create-envs-only",
        OMC_IMAGE=str(programs / "image.sif"), ASKED=str(tmp_path / "asked"),
        PATH=os.pathsep.join([str(programs), os.environ["PATH"]]),
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    asked = set(re.findall(r"/conda-envs/(\w+)", (tmp_path / "asked").read_text()))
    dockerfile = (root / "envs" / "Dockerfile").read_text(encoding="utf-8")
    copied = dict(re.findall(r"^COPY envs/(\S+) /conda-envs/(\w+)/", dockerfile, re.M))
    assert asked == {copied["python.yaml"], copied["r.yaml"]}


DEPLOYED = """
configfile: "config/config.yaml"

module comparison:
    snakefile: "{clone}/workflow/Snakefile"
    config: config

use rule * from comparison
"""


def test_a_clone_is_deployed_as_a_module_with_a_copied_configuration(workflow, root, tmp_path):
    if not (root / ".git").exists():
        pytest.skip("no Git checkout")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", root, clone], check=True)
    run = workflow("deployed")
    for folder in ("workflow", "config"):
        run.path(folder).mkdir()
    snakefile = run.path("workflow", "Snakefile")
    snakefile.write_text(DEPLOYED.format(clone=clone), encoding="utf-8")
    shutil.copy(clone / "config" / "quick.yaml", run.path("config", "config.yaml"))
    jobs = planned(run.run("--dry-run", snakefile=snakefile))
    assert (jobs["train_python_final"], jobs["train_r_final"], jobs["all"]) == (3, 2, 1)
    # The inputs are those of the clone, the results those of the user.
    wanted = "results/quick/leukemia/splits.csv"
    process = run.run("--", wanted, snakefile=snakefile)
    assert process.returncode == 0, process.stderr
    assert run.path(wanted).exists() and not (clone / "results" / "quick").exists()
