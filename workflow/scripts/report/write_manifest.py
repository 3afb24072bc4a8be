"""Record the sources of the results: configuration, seeds, checksums, versions, commit."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def git(folder: str, *arguments: str) -> str | None:
    """Output of a git command in `folder`; None without git or a repository."""
    import subprocess

    try:
        # Git refuses a checkout that another user owns unless it is declared safe; here only for
        # this command.
        process = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", folder, *arguments],
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        return None
    return process.stdout.strip() if process.returncode == 0 else None


def main(config: str, snakemake_version: str, sources, splits, models, versions, output) -> None:
    import json

    from omc.core.checksums import sha256_file

    workflow = str(Path(__file__).parents[2])
    commit = git(workflow, "rev-parse", "HEAD")
    changes = git(workflow, "status", "--porcelain", "--", ".")
    manifest = {
        "config": json.loads(config),
        "seed": json.loads(config)["seed"],
        "inputs": {path: sha256_file(path) for path in sources},
        "splits": {path: sha256_file(path) for path in splits},
        "models": {
            str(path): sha256_file(path)
            for folder in models
            for path in sorted(Path(folder).glob("model.*"))
        },
        "versions": {
            Path(p).stem.removeprefix("models_"): json.loads(Path(p).read_text()) for p in versions
        },
        "workflow": {
            "commit": commit,
            "modified": None if changes is None else bool(changes),
            "snakemake": snakemake_version,
        },
    }
    Path(output).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.params.config,
            snakemake.params.snakemake,
            list(snakemake.input.sources),
            list(snakemake.input.splits),
            list(snakemake.input.models),
            list(snakemake.input.versions),
            snakemake.output[0],
        )
