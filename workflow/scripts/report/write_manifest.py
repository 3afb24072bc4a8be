"""Record the sources of the results: configuration, seeds, checksums, versions, commit."""

from pathlib import Path

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


if __name__ == "__main__":
    with logged(snakemake):
        import json
        from datetime import UTC, datetime

        from omc.core.checksums import sha256_file
        from omc.learn.trusted import TRUSTED

        files, config = snakemake.input, json.loads(snakemake.params.config)
        workflow = str(Path(__file__).parents[2])
        commit = git(workflow, "rev-parse", "HEAD")
        changes = git(workflow, "status", "--porcelain", "--", ".")
        models = [
            str(path) for folder in files.models for path in sorted(Path(folder).glob("model.*"))
        ]
        manifest = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "config": config,
            "seed": config["seed"],
            "inputs": {path: sha256_file(path) for path in files.sources},
            "splits": {path: sha256_file(path) for path in files.splits},
            "models": {path: sha256_file(path) for path in models},
            # What a saved model may hold to be read; of any kind, only with the checksum above.
            "trusted": {".skops": TRUSTED, ".joblib": "any", ".rds": "any"},
            "versions": {
                Path(path).stem.removeprefix("models_"): json.loads(Path(path).read_text())
                for path in files.versions
            },
            "workflow": {
                "commit": commit,
                "modified": None if changes is None else bool(changes),
                "snakemake": snakemake.params.snakemake,
                "deployment": snakemake.params.deployment,
            },
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        Path(snakemake.output[0]).write_text(text, "utf-8")
