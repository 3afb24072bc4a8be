"""Check every scikit-learn model of the configuration, and that the Python packages are there."""

from omc.core.logs import logged

# What the workflow's own Python code uses, by the names of the distributions.
BASE_PACKAGES = (
    *("anndata", "baycomp", "h5py", "joblib", "markdown-it-py", "numpy", "openpyxl", "pandas"),
    *("pillow", "plotly", "pyarrow", "scikit-image", "scikit-learn", "scipy", "skops"),
    "statsmodels",
)


def main(specs: list[dict], output: str) -> None:
    """Write the versions of Python and of every package that it uses; UserError names all problems.

    specs: dictionaries of name, estimator, params, grid, size, task, imbalance, key.
    """
    import json
    import platform
    from importlib.metadata import PackageNotFoundError, packages_distributions, version

    from omc.learn.start import load_scikit_learn

    load_scikit_learn()
    from omc.core.errors import UserError
    from omc.learn.models import check_model

    problems, modules, versions = [], set(), {}
    for name in BASE_PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            problems.append(
                f"packages: the Python package {name} is missing: install it with pip or conda, in"
                " the version of envs/"
            )
    for spec in specs:
        try:
            check_model(spec, spec["task"], spec["imbalance"], spec["key"])
            modules.add(spec["estimator"].partition(".")[0])
            if spec["task"] == "survival":
                modules.add("sksurv")
        except UserError as error:
            problems.append(str(error))
    if problems:
        raise UserError("\n".join(problems))
    # scikit-learn is among the packages above, and omc is the workflow's own.
    modules -= {"sklearn", "omc"}
    # It reads the files of all packages.
    distributions = packages_distributions() if modules else {}
    for module in modules:
        versions |= {name: version(name) for name in distributions.get(module, [])}
    versions = dict(sorted(versions.items()))
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"python": platform.python_version(), "packages": versions}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    with logged(snakemake):
        import json

        main(json.loads(snakemake.params.models), snakemake.output[0])
