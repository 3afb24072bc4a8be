"""Check every scikit-learn model of the configuration: it can be imported and its keys exist."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(specs: list[dict], output: str) -> None:
    import json
    import platform
    from importlib.metadata import packages_distributions, version

    from omc.errors import UserError
    from omc.models import build

    problems, modules = [], {"numpy", "scipy", "pandas", "sklearn", "h5py", "anndata"}
    for spec in specs:
        try:
            build(spec, spec["task"], spec["imbalance"], spec["key"])
            modules.add(spec["estimator"].partition(".")[0])
        except UserError as error:
            problems.append(str(error))
    if problems:
        raise UserError("\n".join(problems))
    distributions = packages_distributions()
    packages = {name for module in modules for name in distributions.get(module, [])}
    versions = {name: version(name) for name in sorted(packages)}
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"python": platform.python_version(), "packages": versions}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(json.loads(snakemake.params.models), snakemake.output[0])
