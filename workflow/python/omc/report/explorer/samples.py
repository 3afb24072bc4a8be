"""The samples of a data set on the explorer page: sheet, outcome and predictions of every model."""

from collections import Counter, defaultdict

from omc.core.survival import SURVIVAL
from omc.core.tables import PROBABILITY
from omc.report.explorer.numbers import mean, short
from omc.report.result import Result

# Sample-model pairs, and predictions of single splits, on the page.
MOST_PAIRS = 60_000
MOST_PREDICTIONS = 250_000
# Columns of a sample sheet, and characters of a cell.
MOST_COLUMNS, LONGEST = 40, 200


def samples_of(result: Result, files: dict, share: float, notes: list[str]) -> dict:
    """Samples with their outcome, the columns of their sheet, and their predictions by model.

    files: samples and predictions (rows), sheets ({cohort: {sample: {column: text}}}). share: see
    `explorer.dataset_content`.
    """
    names = [(row["cohort"], row["sample"]) for row in files["samples"]]
    outcome = Outcome(result, files["predictions"])
    errors = errors_of(result)
    kept = most_wrong(names, errors, int(MOST_PAIRS * share / max(1, len(result.order))))
    if len(kept) < len(names):
        notes.append(
            f"Samples: the {len(kept)} of {len(names)} that the models misclassify most; all are in"
            " samples.tsv, predictions.csv and sample_errors.csv."
        )
    at = {name: i for i, name in enumerate(kept)}
    rows = {(row["cohort"], row["sample"]): row for row in files["samples"]}
    predicted = outcome.by_model(files["predictions"], at)
    n_values = sum(len(cell[1]) for cells in predicted.values() for cell in cells if cell)
    if n_values > MOST_PREDICTIONS * share:
        predicted = {
            model: [cell and [cell[0], []] for cell in cells] for model, cells in predicted.items()
        }
        notes.append(
            "Samples show mean predictions; those of single splits are in predictions.csv."
        )
    return {
        "classes": outcome.classes,
        "positive": outcome.positive,
        "names": [name for _, name in kept],
        "cohorts": [cohort for cohort, _ in kept],
        "outcomes": [rows[key]["outcome"] for key in kept],
        "groups": [rows[key]["group"] for key in kept],
        "sheet": sheet_of(kept, files["sheets"], notes),
        "errors": {
            model: [cells.get(key) for key in kept] for model, cells in errors.items()
        },
        "predictions": predicted,
    }  # fmt: skip


def errors_of(result: Result) -> dict[str, dict[tuple, list]]:
    """Rows of sample_errors.csv by model and sample: n_predicted, n_wrong, mean, sd."""
    errors = defaultdict(dict)
    for row in result.tables["sample_errors"]:
        cells = [int(row["n_predicted"]), short(row["n_wrong"])]
        cells += [short(row["mean"], 4), short(row["sd"], 3)]
        errors[f"{row['language']}/{row['model']}"][row["cohort"], row["sample"]] = cells
    return errors


def most_wrong(names: list[tuple], errors: dict, most: int) -> list[tuple]:
    """At most so many samples, those with the largest errors, in the order of the sheet."""
    if len(names) <= most:
        return names

    def error(name) -> float:
        cells = [of_model[name] for of_model in errors.values() if name in of_model]
        return sum(abs(c[2] or 0) if c[1] is None else c[1] / c[0] for c in cells)

    largest = set(sorted(names, key=error, reverse=True)[:most])
    return [name for name in names if name in largest]


def sheet_of(kept: list[tuple], sheets: dict, notes: list[str]) -> list[list]:
    """Columns of the sample sheets, of cohorts too: name, then the text of each sample."""
    columns = list(
        dict.fromkeys(c for rows in sheets.values() for c in next(iter(rows.values()), {}))
    )
    if len(columns) > MOST_COLUMNS:
        notes.append(f"Samples show the first {MOST_COLUMNS} columns of the sample sheet.")
    texts = [row_of(sheets.get(cohort, {}), name) for cohort, name in kept]
    return [
        [column, [text.get(column, "")[:LONGEST] for text in texts]]
        for column in columns[:MOST_COLUMNS]
    ]


def row_of(rows: dict, name: str) -> dict:
    """The row of a sample; that of its sample for an image, which is called sample/image."""
    return rows[name] if name in rows else rows.get(name.rpartition("/")[0], {})


class Outcome:
    """What is predicted, and which number of a prediction the page draws.

    Of two classes the probability of the positive one, of more that of the sample's own class; in a
    regression the number; in a survival analysis the probability of surviving the last horizon.
    """

    def __init__(self, result: Result, predictions: list[dict]):
        columns = list(predictions[0]) if predictions else []
        self.task = result.dataset["task"]
        self.prob = [name for name in columns if name.startswith(PROBABILITY)]
        self.survival = [name for name in columns if name.startswith(SURVIVAL)]
        self.classes = [name.removeprefix(PROBABILITY) for name in self.prob]
        positive = result.dataset.get("positive")
        two = len(self.classes) == 2
        self.positive = (positive or self.classes[-1]) if two else None

    def number(self, row: dict) -> float | None:
        if self.task == "classification":
            label = row["truth"] if self.positive is None else self.positive
            return short(row[f"{PROBABILITY}{label}"], 3)
        if self.task == "survival":
            return short(row[self.survival[-1]], 3)
        return short(row["predicted"], 5)

    def label(self, row: dict) -> str:
        """What the prediction says, in words; "" for numbers."""
        return row["predicted"] if self.task == "classification" else ""

    def by_model(self, predictions: list[dict], at: dict[tuple, int]) -> dict[str, list]:
        """By model and sample, or None: [[mean number, {label: count}, risk], numbers of splits].

        risk: the mean of those of a survival analysis.
        """
        numbers = defaultdict(lambda: [[] for _ in at])
        risks = defaultdict(lambda: [[] for _ in at])
        labels = defaultdict(lambda: [Counter() for _ in at])
        for row in predictions:
            place = at.get((row["cohort"], row["sample"]))
            if place is not None:
                model = f"{row['language']}/{row['model']}"
                numbers[model][place].append(self.number(row))
                labels[model][place][self.label(row)] += 1
                risks[model][place].append(short(row.get("risk")))

        def cell(model: str, i: int) -> list | None:
            values, risk = numbers[model][i], short(mean(risks[model][i]), 4)
            counts = dict(labels[model][i].most_common())
            return [[short(mean(values), 4), counts, risk], values] if values else None

        return {model: [cell(model, i) for i in range(len(at))] for model in numbers}
