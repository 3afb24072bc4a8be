"""The conda environments and the pip and apt lists name the same software."""

import re
from importlib import metadata
from pathlib import Path

import pytest
import validate_models
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec

from omc.study.code import used_by

ENVS = Path(__file__).parents[3] / "envs"
CONDA_FILES = ["snakemake.yaml", "python.yaml", "r.yaml", "r-test.yaml", "bioconductor.yaml"]
RUN_REQUIREMENTS = ["requirements.txt", "requirements-slurm.txt"]
REQUIREMENTS = [*RUN_REQUIREMENTS, "requirements-test.txt"]

# conda's name: Debian's, where the rules of debian_name do not give it
DEBIAN_NAMES = {
    "r-base": "r-base-core",
    "python": "python3",
    "pip": "python3-venv",  # which brings pip into .venv
    "graphviz": "graphviz",
}
# Debian packages without an entry for conda: fonts, which conda's R includes, and packages whose
# tests are skipped if they are missing.
DEBIAN_ONLY = {"chromium", "chromium-driver", "fonts-dejavu-core", "r-cran-lintr", "shellcheck"}
DEBIAN_ONLY |= {"munge", "r-bioc-bladderbatch", "r-bioc-sva", "slurm-wlm"}
# conda's name: that of pip, where they differ.
PIP_NAMES = {"py-xgboost": "xgboost-cpu"}
# Packages that a preset imports, looked for with the models that a configuration names.
OF_PRESETS = {"lightgbm", "scikit-survival", "xgboost-cpu"}
OF_R_ITSELF = {"base", "compiler", "grDevices", "grid", "methods", "parallel", "stats", "tools"}
OF_R_ITSELF |= {"utils"}


def debian_name(package):
    """Debian's name of a conda package: r-cran-NAME of r-NAME, r-bioc-NAME of bioconductor-NAME."""
    name = re.sub("^bioconductor-", "r-bioc-", re.sub("^r-", "r-cran-", package))
    return DEBIAN_NAMES.get(package, name)


def conda_file(name):
    return yaml.safe_load((ENVS / name).read_text(encoding="utf-8"))


def conda_specs(name):
    return [entry for entry in conda_file(name)["dependencies"] if isinstance(entry, str)]


def pip_section(name):
    sections = [
        entry["pip"] for entry in conda_file(name)["dependencies"] if isinstance(entry, dict)
    ]
    return [line for section in sections for line in section]


def entries(name):
    """The lines of a list file, without comments and empty lines."""
    lines = (ENVS / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def pins(lines):
    """Name -> version of exactly pinned pip requirements."""
    result = {}
    for line in lines:
        # A marker says for which versions of Python.
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)( ; python_version < .*)?", line)
        assert match, f"{line!r} is not pinned as name==version"
        name = canonicalize_name(match[1])
        assert name not in result, f"{name} stands twice in the list"
        result[name] = Version(match[2])
    return result


def run_pins():
    """What a run needs from pip, on Slurm too."""
    return pins([line for name in RUN_REQUIREMENTS for line in entries(name)])


def conda_pins(name):
    pinned = dict(spec.split("=") for spec in conda_specs(name))
    return {PIP_NAMES.get(package, package): version for package, version in pinned.items()}


ALL_SPECS = [(name, spec) for name in CONDA_FILES for spec in conda_specs(name)]


@pytest.mark.parametrize(("name", "spec"), ALL_SPECS)
def test_conda_dependency_is_a_valid_exact_pin(name, spec):
    assert re.fullmatch(r"[a-z0-9._-]+=[0-9][A-Za-z0-9._]*", spec), "write name=version"
    assert MatchSpec(spec, strict=True).name is not None


@pytest.mark.parametrize("name", CONDA_FILES)
def test_conda_channels(name):
    channels = conda_file(name)["channels"]
    bioconda = ["bioconda"] if name in ("snakemake.yaml", "r.yaml", "bioconductor.yaml") else []
    assert channels == ["conda-forge", *bioconda, "nodefaults"]


def test_r_version_is_written_conda_s_way():
    # CRAN's 7.0-1 would be read as a version and a build.
    for name in ("r.yaml", "r-test.yaml", "bioconductor.yaml"):
        assert not [spec for spec in conda_specs(name) if "-" in spec.split("=")[1]]


@pytest.mark.parametrize("name", ["snakemake.yaml", "python.yaml"])
def test_python_packages_equal_those_of_pip(name):
    wanted = run_pins()
    conda = {k: Version(v) for k, v in conda_pins(name).items() if k not in DEBIAN_NAMES}
    for package, version in {**conda, **pins(pip_section(name))}.items():
        assert wanted.get(package) == version, f"{package} differs from the requirements"


def test_every_pip_requirement_has_a_conda_twin():
    conda = set()
    for name in ("snakemake.yaml", "python.yaml"):
        conda |= set(conda_pins(name)) | set(pins(pip_section(name)))
    assert set(run_pins()) <= conda


def test_both_python_environments_pin_the_same():
    launcher, jobs = conda_pins("snakemake.yaml"), conda_pins("python.yaml")
    for package in set(launcher) & set(jobs):
        assert launcher[package] == jobs[package]


def test_debian_packages_are_the_twins_of_conda_s():
    conda = {package for name in CONDA_FILES for package in conda_pins(name)}
    python = set(run_pins())
    expected = {debian_name(package) for package in conda - python}
    debian = {package for path in ENVS.glob("apt*.txt") for package in entries(path.name)}
    assert debian == expected | DEBIAN_ONLY


def test_every_package_of_jobs_is_looked_for_before_the_training(root):
    jobs = set(conda_pins("python.yaml")) | set(pins(pip_section("python.yaml")))
    assert set(validate_models.BASE_PACKAGES) == jobs - OF_PRESETS - {"python", "pip"}
    workflow = root / "workflow"
    text = (workflow / "scripts" / "learn" / "validate_models.R").read_text(encoding="utf-8")
    looked_for = re.search(r"base_packages <- c\((.*?)\)", text, flags=re.S)[1]
    used = {"ggplot2"}  # by library()
    for path in [*(workflow / "R").rglob("*.R"), *(workflow / "scripts").rglob("*.R")]:
        if path.name != "formats.R":  # its packages are those of bioconductor.yaml
            used |= set(re.findall(r"\b([A-Za-z][\w.]*)::", path.read_text(encoding="utf-8")))
    # These are looked for with their methods, which name them as their library.
    of_methods = {"gbm", "glmnet", "kernlab", "ranger", "rpart"}
    assert used - OF_R_ITSELF - of_methods <= set(re.findall(r'"(.+?)"', looked_for))


def test_r_packages_stand_in_the_list_of_their_purpose():
    def debian(name):
        return {debian_name(p) for p in conda_pins(name) if p not in DEBIAN_NAMES}

    assert debian("r.yaml") == {p for p in entries("apt.txt") if re.match("r-(cran|bioc)-", p)}
    assert debian("r-test.yaml") <= set(entries("apt-test.txt"))
    # Only data sets with .rds files need them, so apt.txt does not list them.
    assert debian("bioconductor.yaml") <= set(entries("apt.txt") + entries("apt-test.txt"))


def test_what_reads_rds_files_has_all_packages_of_its_library(root):
    workflow = str(root / "workflow")
    script = Path(workflow, "scripts/data/read_rds.R")
    found, pending = set(), [script, Path(workflow, "R/script.R"), Path(workflow, "R/use.R")]
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += used_by(path, workflow)
    text = "".join(path.read_text(encoding="utf-8") for path in found)
    used = {name.lower() for name in re.findall(r"\b([A-Za-z][\w.]*)::", text)}
    given = {re.sub("^(r|bioconductor)-", "", name) for name in conda_pins("bioconductor.yaml")}
    # SummarizedExperiment brings S4Vectors and Matrix; a message names BiocManager.
    assert used - OF_R_ITSELF - {"s4vectors", "matrix", "biocmanager"} <= given


def test_every_r_environment_pins_the_same():
    main = conda_pins("r.yaml")
    for name in ("bioconductor.yaml", "r-test.yaml"):
        for package, version in conda_pins(name).items():
            assert main.get(package, version) == version


def test_constraints_cover_all_that_the_requirements_need():
    constraints = pins(entries("constraints.txt"))
    needed, queue = set(), []
    for name in REQUIREMENTS:
        for package, version in pins(entries(name)).items():
            assert constraints[package] == version
            queue.append((package, ""))
    while queue:
        package, extra = queue.pop()
        if (package, extra) in needed:
            continue
        needed.add((package, extra))
        try:
            lines = metadata.requires(package) or []
        except metadata.PackageNotFoundError:
            # Installed where there is Slurm.
            assert package in pins(entries("requirements-slurm.txt"))
            continue
        for line in lines:
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            dependency = canonicalize_name(requirement.name)
            assert dependency in constraints, f"{package} needs {dependency}: run `make pins`"
            assert requirement.specifier.contains(constraints[dependency], prereleases=True)
            queue.extend((dependency, extra) for extra in {"", *requirement.extras})
