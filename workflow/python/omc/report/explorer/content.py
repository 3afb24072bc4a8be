"""What the explorer page shows: the tables of a run, put together for each data set.

The page decides nothing: who leads, which models differ and the sentences come from ranking.csv,
findings.csv and the summary. Large tables are thinned; `notes` of a data set say where.
"""

import re

from omc.core.colours import colours
from omc.core.names import DEVELOPMENT
from omc.core.registry import entry, names
from omc.core.tables import ALL_TABLES
from omc.evaluate.metrics import METRICS
from omc.report.explorer.features import features_of
from omc.report.explorer.models import models_of
from omc.report.explorer.numbers import short
from omc.report.explorer.samples import samples_of
from omc.report.failures import PERMUTED, dataset_of, failed_on
from omc.report.result import Result
from omc.report.summary import rows_of

# The files that hold the texts of the alarms.
CHECKS = "omc.data.checks"


def content(tables: dict, datasets: list[dict], run: dict) -> dict:
    """The content of the page, ready for JSON.

    tables: rows by table, as for `Result`, and those of a page; datasets: see `Result`, each with
    `files` (rows of predictions and samples, the path of data, the sheets) and `figures`; run:
    title, methods, references, alarms (see `alarms`), links (paths relative to the page).
    """
    share = 1 / len(datasets)
    return {
        "title": run["title"],
        "colours": {
            **colours("language"),
            **colours("baseline"),
            "better": colours("verdict")["better"],
            "worse": colours("verdict")["worse"],
        },
        "methods": run["methods"],
        "references": run["references"],
        "alarms": run["alarms"],
        "links": links(run["links"]),
        "datasets": [dataset_content(tables, dataset, share) for dataset in datasets],
    }


def dataset_content(tables: dict, dataset: dict, share: float) -> dict:
    """One data set; share: the part of the page that it may take."""
    result, notes = Result(tables, dataset), []
    samples = samples_of(result, dataset["files"], share, notes)
    models = models_of(result, rows_of(result), notes)
    return {
        "name": result.name,
        "variant_of": dataset.get("base"),
        "task": dataset["task"],
        "metric": result.metric,
        "classes": samples["classes"],
        "positive": samples["positive"],
        "horizons": dataset.get("horizons", []),
        "cohorts": [DEVELOPMENT, *dataset["cohorts"]],
        "metrics": metrics_of(result),
        "sentences": sentences(result),
        "checks": [
            [row[name] for name in ("check", "status", "value", "advice")]
            for row in result.tables["checks"]
        ],
        "models": models,
        "scores": scores_of(result),
        "splits": splits_of(result, share, notes),
        "pairs": pairs_of(result),
        "samples": samples,
        "features": features_of(result, dataset["files"], share, notes),
        "failures": failures_of(tables["failures"], result.name),
        "figures": [figure_of(result, figure) for figure in dataset["figures"]],
        "notes": notes,
    }


def sentences(result: Result) -> list[str]:
    """Texts of findings.csv that the summary has: the answer, cohorts and some figures."""
    return [row["text"] for row in result.tables["findings"] if row["place"] == "summary"]


def metrics_of(result: Result) -> list[dict]:
    """The metrics of the ranking, that of the comparison first; decimals: those of the summary."""
    ranked = dict.fromkeys([result.metric, *(row["metric"] for row in result.tables["ranking"])])
    return [
        {
            "name": name,
            "label": METRICS[name].label,
            "higher": METRICS[name].higher_is_better,
            "decimals": result.on(name).decimals,
            "chance": short(METRICS[name].chance),
            "lowest": short(METRICS[name].lowest),
            "highest": short(METRICS[name].highest),
        }
        for name in ranked
    ]


def scores_of(result: Result) -> dict[str, dict[str, dict]]:
    """Rows of ranking.csv by cohort, metric and model.

    Each is a list of rank, estimate, ci_low, ci_high, status, n_valued, n_splits, n_failed.
    """
    scores = {}
    for row in result.tables["ranking"]:
        cells = [
            int(row["rank"]),
            *(short(row[name]) for name in ("estimate", "ci_low", "ci_high")),
            row["status"],
            *(int(row[name] or 0) for name in ("n_valued", "n_splits", "n_failed")),
        ]
        metrics = scores.setdefault(row["cohort"], {})
        metrics.setdefault(row["metric"], {})[f"{row['language']}/{row['model']}"] = cells
    return scores


# Values of single splits on the page.
MOST_SPLIT_VALUES = 100_000


def splits_of(result: Result, share: float, notes: list[str]) -> dict:
    """Values of each split of cross-validation: {names, values: {metric: {model: [value]}}}."""
    rows = [row for row in result.tables["metrics"] if row["cohort"] == DEVELOPMENT]
    if len(rows) > MOST_SPLIT_VALUES * share:
        rows = [row for row in rows if row["metric"] == result.metric]
        notes.append(
            f"Scores of single splits are shown for {METRICS[result.metric].label} only; those of"
            " the other metrics are in metrics.csv."
        )
    names = list(dict.fromkeys(row["split"] for row in rows))
    at, values = {name: i for i, name in enumerate(names)}, {}
    for row in rows:
        models = values.setdefault(row["metric"], {})
        cells = models.setdefault(f"{row['language']}/{row['model']}", [None] * len(names))
        cells[at[row["split"]]] = short(row["value"])
    return {"names": names, "values": values}


def pairs_of(result: Result) -> dict[str, list[list]]:
    """Rows of comparisons.csv by cohort, each pair of models once.

    Each is a list of model_a, model_b, difference, ci_low, ci_high, p_adjusted, p_equivalent.
    """
    columns = ("difference", "ci_low", "ci_high", "p_adjusted", "p_equivalent")
    pairs = {}
    for row in result.tables["comparisons"]:
        cohort = pairs.setdefault(row["cohort"], {})
        pair = cohort.setdefault((row["model_a"], row["model_b"]), dict.fromkeys(columns))
        for name in columns:
            # One row has the test, another one the posterior probabilities.
            if pair[name] is None:
                pair[name] = short(row[name])
    return {
        cohort: [[*models, *pair.values()] for models, pair in rows.items()]
        for cohort, rows in pairs.items()
    }


def failures_of(failures: list[dict], dataset: str) -> list[list[str]]:
    """Rows of failures.csv of a data set, on its permuted outcomes too.

    Each is a list of model, split, stage, message, log.
    """
    rows = [row for row in failures if dataset_of(row) == dataset]
    return [
        [
            f"{row['language']}/{row['model']}",
            ("permuted outcomes, " if PERMUTED in row["dataset"] else "") + failed_on(row)[1],
            row["stage"],
            row["message"],
            row["log"],
        ]
        for row in rows
    ]


def figure_of(result: Result, figure: dict) -> dict:
    """A figure with the title that findings.csv has for it, and a text for who cannot see it.

    figure: name, caption, file (relative to the page) and data (a data URL, or None).
    """
    words = {
        row["place"]: row["text"]
        for row in result.tables["findings"]
        if row["key"] == figure["name"]
    }
    told = [words[place] for place in ("title", "subtitle") if words.get(place)]
    # Some figures have their title from R.
    alt = ". ".join([figure["name"].replace("_", " "), *(told or [first_sentence(figure)])])
    return {**figure, "title": words.get("title", ""), "alt": alt}


def first_sentence(figure: dict) -> str:
    """The first sentence of a figure's caption, without Markdown."""
    return re.split(r"(?<=[.?]) (?=[A-Z])", re.sub(r"[*`]", "", figure["caption"]), maxsplit=1)[0]


def alarms(checks: list[dict]) -> dict[str, dict[str, str]]:
    """What each check that warns looks for, why, when it warns and what to do.

    checks: rows of checks.csv. Only these files are loaded, since some need large libraries.
    """
    warned = dict.fromkeys(row["check"] for row in checks if row["status"] == "warning")
    texts = {}
    for name in warned:
        if name in names(CHECKS):
            check = entry(CHECKS, name)
            words = {key.lower(): getattr(check, key) for key in ("EXPLANATION", "RULE", "FIX")}
            texts[name] = {"purpose": (check.__doc__ or "").strip().splitlines()[0], **words}
    return texts


def links(paths: list[str]) -> list[list[str]]:
    """Each table of the run: its path relative to the page, and what it holds."""
    # Their links lead to the docs, which are not beside the page.
    described = {
        table.file: re.sub(r"\[(.+?)\]\(.+?\)", r"\1", table.description)
        for table in ALL_TABLES.values()
    }

    def description(path: str) -> str:
        folder, _, name = path.rpartition("/")
        return described.get(path) or described.get(f"{{dataset}}/{name}" if folder else "", "")

    return [[path, description(path)] for path in paths]
