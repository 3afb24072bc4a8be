"""Proposes a configuration for a user's own tables: `python -m omc.study.init`, or the rule `init`.

Make passes TABLE, SAMPLES, NAME and OUTCOME in the environment, so that no shell reads them.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from omc.core.errors import UserError, stop
from omc.core.logs import one_line
from omc.study import study as configuration
from omc.study.proposal.answers import Answers, ask_on_terminal
from omc.study.proposal.propose import Proposal, propose
from omc.study.proposal.text import configuration_text

NAME = "my_study"
# How to check and run a configuration, for users of make and of Snakemake alone.
MAKE = ("make check CONFIG={path}", "make run CONFIG={path}")
SNAKEMAKE = (
    "snakemake --use-conda -c 16 --configfile {path} -- check",
    "snakemake --use-conda -c 16 --configfile {path}",
)


def init(given: Mapping[str, str], answers: Answers, commands: tuple[str, str] = MAKE) -> str:
    """Write the configuration, and return what to show.

    given: TABLE, SAMPLES, NAME, OUTCOME; commands: to check and to run, with the place of the path.
    UserError if something is missing or cannot be read, or the file is there already.
    """
    for key in ("TABLE", "SAMPLES"):
        if not given.get(key):
            raise UserError(
                f"{key}: say where your data are: make init TABLE=counts.csv SAMPLES=meta.csv"
            )
    name = given.get("NAME") or NAME
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise UserError(
            f"NAME={name}: use letters, digits, _, . and -, with a letter or digit first"
        )
    path = Path("config", f"{name}.yaml")
    if path.exists():
        raise UserError(f"{path}: already exists: remove it, or give another name (NAME=…)")
    tables = _tables(given["TABLE"])
    for key, file in [*(("TABLE", one) for one in tables.values()), ("SAMPLES", given["SAMPLES"])]:
        _check_file(key, file)
    proposal = propose(name, tables, given["SAMPLES"], given.get("OUTCOME", ""), answers)
    text = configuration_text(proposal, answers.unsure)
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({one_line(error)})") from error
    try:
        configuration.read(str(path))
    except UserError as error:
        raise UserError(
            f"{error}\n{path}: has been written, and needs this correction first"
        ) from error
    check, run = (command.format(path=path) for command in commands)
    return f"{screen(proposal, path, answers.unsure)}\n\nNext:\n  {check}\n  {run}"


def screen(proposal: Proposal, path: Path, unsure: list[tuple[str, str]]) -> str:
    """What was assumed, and what to look at."""
    width = max(len(name) for name, _ in proposal.facts)
    lines = [f"Wrote {path}:", *(f"  {name:<{width}}  {fact}" for name, fact in proposal.facts)]
    if unsure:
        lines += ["", "Please check these guesses:"]
        lines += [f"  {key}: {sentence}" for key, sentence in unsure]
    return "\n".join(lines)


def _tables(text: str) -> dict[str, str]:
    """{layer: path} from a path, or from `genes=a.tsv,lipids=b.tsv`."""
    parts = [part.partition("=") for part in text.split(",")]
    if Path(text).exists() or not all(sign and path for _, sign, path in parts):
        return {"omics": text}
    return {layer: path for layer, _, path in parts}


def _check_file(key: str, path: str) -> None:
    if not Path(path).is_file():
        raise UserError(f"{key}={path}: there is no such file in {os.getcwd()}: correct the path")
    if path.lower().endswith(".rds"):
        raise UserError(
            f"{key}={path}: .rds files are not read here: write the configuration by hand"
            " (see docs/own_data.md), or save it as text, .parquet or .h5ad"
        )


if __name__ == "__main__":
    on_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    try:
        print(init(os.environ, Answers(ask_on_terminal if on_terminal else None)))
    except UserError as error:
        stop(error)
