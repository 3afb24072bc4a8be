"""Starts Snakemake with what make was given: `python -m omc.study.start OPTIONS`.

Make passes CONFIG, CORES, ARGS, TARGETS and, for predictions, DATASET, MODEL, INPUT and OUTPUT in
the environment, so that no shell reads them.
"""

import json
import os
import shlex
import sys
from collections.abc import Mapping

from omc.core.errors import UserError, stop
from omc.study.config_file import read_config

DEFAULT = "config/config.yaml"
REQUEST = ("DATASET", "MODEL", "INPUT", "OUTPUT")


def command(options: list[str], given: Mapping[str, str]) -> list[str]:
    """The command line of Snakemake; given: the environment.

    UserError if the configuration cannot be read, or the quotes of ARGS or TARGETS do not match.
    """
    config, targets = given.get("CONFIG") or DEFAULT, _words(given, "TARGETS")
    # Snakemake reads it before the workflow can say what is wrong with it.
    read_config(config)
    cores = ["--cores", given["CORES"]] if given.get("CORES") else []
    # An option with `=` takes values that begin with a hyphen too.
    configured = [f"--configfile={config}"] if config != DEFAULT else []
    line = ["snakemake", *options, *cores, *_words(given, "ARGS"), *configured]
    if targets == ["predict"]:
        request = {name.lower(): given.get(name, "") for name in REQUEST}
        line.append(f"--config=predict={json.dumps(request, ensure_ascii=False)}")
    return [*line, "--", *targets] if targets else line


def _words(given: Mapping[str, str], name: str) -> list[str]:
    """A value split at its spaces; quotes keep words together, and nothing else has a meaning."""
    try:
        return shlex.split(given.get(name, ""))
    except ValueError as error:
        raise UserError(f"{name}={given[name]}: {error}: close what is open") from error


if __name__ == "__main__":
    try:
        line = command(sys.argv[1:], os.environ)
    except UserError as error:
        stop(error)
    os.execvp(line[0], line)
