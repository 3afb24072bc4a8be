"""What the methods say of the software: whose the models are, versions, and reproducibility."""

from omc.report.citations import Citations
from omc.report.phrases import joined, plural

# Packages that read, write or draw: manifest.json lists these too.
UTILITIES = {
    "anndata", "h5py", "joblib", "markdown-it-py", "openpyxl", "pandas", "pillow", "plotly",
    "pyarrow", "skops", "Matrix", "data.table", "digest", "ggplot2", "ggrepel", "jsonlite",
    "patchwork", "ragg", "rhdf5", "svglite", "systemfonts", "xml2",
}  # fmt: skip
# Methods that are defined in workflow/R/learn/own_methods.R.
OWN_METHODS = {"shrinkage_lda", "shrunken_centroids", "ridge_regression"}


def of_caret(method: str, task: str) -> bool:
    """Whether a method of R is defined by caret, which has none for survival."""
    return not (method.endswith(".R") or method in OWN_METHODS or task == "survival")


def method_of(name: str, task: str) -> str:
    """A method of R, and whose definition it is."""
    if name.endswith(".R"):
        return f"defined in {name}"
    return f"caret method {name}" if of_caret(name, task) else f"{name}, defined by the workflow"


def compared(datasets: list[dict]) -> str:
    """'5 models (3 of scikit-learn and 2 of caret)', for each data set if they differ."""
    names: dict[str, list[str]] = {}
    for d in datasets:
        names.setdefault(_counted(d), []).append(d["name"])
    if len(names) == 1:
        return next(iter(names))
    return joined([f"{counted} for {joined(of)}" for counted, of in names.items()])


def _counted(dataset: dict) -> str:
    """'7 models (4 in Python and 3 in R)', or of whom they are, if all of a language are."""
    task = dataset["task"]
    of_r = [spec["method"] for spec in dataset["specs"] if spec["language"] == "r"]
    where = {
        "python": "in Python" if task == "survival" else "of scikit-learn",
        "r": "of caret" if all(of_caret(method, task) for method in of_r) else "in R",
    }
    languages = [spec["language"] for spec in dataset["specs"]]
    counts = [f"{languages.count(name)} {of}" for name, of in where.items() if name in languages]
    return f"{plural(len(languages), 'model')} ({joined(counts)})"


def software(manifest: dict, datasets: list[dict], cite: Citations) -> str:
    """The paragraph; see `methods.methods` for the arguments."""
    text = []
    tasks = {(spec["language"], d["task"]) for d in datasets for spec in d["specs"]}
    # Also the workflow's own methods are trained by caret, but not for survival.
    with_caret = any(language == "r" and task != "survival" for language, task in tasks)
    trained: dict[str, list[str]] = {
        "python": [],
        "r": [f"caret {cite('kuhn')}"] if with_caret else [],
    }
    if manifest["config"]["models"]["python"]:
        if "scikit-survival" in manifest["versions"]["python"]["packages"]:
            trained["python"].append(f"scikit-survival {cite('polsterl')}")
        trained["python"].append(f"scikit-learn {cite('pedregosa')}")
    # Without models, R still draws, and Python preprocesses and scores.
    for language, installed in manifest["versions"].items():
        versions = ", ".join(
            f"{name} {number}"
            for name, number in installed["packages"].items()
            if name not in UTILITIES and (name != "caret" or with_caret)
        )
        name = {"python": "Python", "r": "R"}[language]
        named = ", ".join(trained[language]) + (" and " if trained[language] else "")
        text.append(f"{name} {installed[language]} with {named}{versions}.")
    commit = manifest["workflow"]["commit"]
    if commit:
        changed = " with local changes" if manifest["workflow"]["modified"] else ""
        text.append(f"Workflow: git commit {commit}{changed}.")
    return " ".join(text) + (
        f" The workflow is written in Snakemake {cite('molder')}. All random numbers derive from"
        f" the seed {manifest['seed']} and the names of the data set, model and split, so the"
        " results do not depend on the number of cores. `manifest.json` lists the configuration,"
        " checksums and versions."
    )
