"""Results of a run for one data set, read from its tables, ready for sentences."""

from collections import Counter
from dataclasses import dataclass

from omc.core.names import DEVELOPMENT
from omc.evaluate.metrics import METRICS
from omc.evaluate.ranking import BY_SPLIT, decimals_of, printed


class Ranked:
    """The models of a data set on one metric in cross-validation, in the order of ranking.csv.

    order: all rows by language/name; rows: those with a value, best first; ranked: the models that
    may lead; incomplete: the other models but baselines; tied: those that lead together; leader:
    the first of them, or ""; unbeaten: the best baseline if no model
    beats it, on the comparison metric with evidence, or ""; p: adjusted
    p-values against the leader.
    """

    def __init__(self, rows: list[dict], metric: str):
        """rows: of ranking.csv, dictionaries of text, of one data set."""
        self.metric, self.label, self.sign = metric, METRICS[metric].label, METRICS[metric].sign
        self.order = in_cohort(rows, metric, DEVELOPMENT)
        self.rows = {model: row for model, row in self.order.items() if row["estimate"]}
        self.decimals = decimals_of([self.value(m) for m in self.rows], metric)
        models = [m for m in self.rows if not self.is_baseline(m)]
        self.ranked = [m for m in models if self.is_complete(m)]
        self.incomplete = [m for m in models if not self.is_complete(m)]
        self.tied = [m for m in models if self.rows[m]["leader"] == "true"]
        self.leader = self.tied[0] if self.tied else ""
        baselines = [m for m in self.rows if self.is_baseline(m) and self.is_complete(m)]
        beaten = not self.leader or self.rows[self.leader]["beats_baseline"] != "false"
        self.unbeaten = "" if beaten else baselines[0]
        self.p = {
            model: float(row["p_adjusted"]) for model, row in self.rows.items() if row["p_adjusted"]
        }

    def is_baseline(self, model: str) -> bool:
        return self.order[model]["baseline"] == "true"

    def is_complete(self, model: str) -> bool:
        """Whether a model has a value on every split on which any model has one."""
        return self.rows[model]["complete"] == "true"

    def value(self, model: str) -> float:
        return float(self.rows[model]["estimate"])

    def text(self, value) -> str:
        return printed(float(value), self.decimals)

    def shown(self, model: str) -> str:
        return self.text(self.rows[model]["estimate"])

    def no_better(self) -> str:
        """'no model does'; or 'no evidence that …' if the leader's value is the better one."""
        values = self.value(self.leader), self.value(self.unbeaten)
        ahead = self.sign * (values[0] - values[1]) > 0 and len(set(map(self.text, values))) > 1
        return "no evidence that any model does" if ahead else "no model does"

    def others(self) -> list[str]:
        """Models that do not lead, without baselines."""
        return [m for m in self.ranked + self.incomplete if m not in self.tied]

    def is_equivalent(self, model: str) -> bool:
        """Whether a model is practically equivalent to the leader."""
        return self.rows[model]["equivalent_to_leader"] == "true"


@dataclass(frozen=True)
class Expected:
    """What to expect of a model that is picked for its score.

    value, interval: printed; models: number of models to pick from; favourite: the model that was
    picked in most training sets, in `times` of `splits`.
    """

    value: str
    interval: str
    models: int
    favourite: str
    times: int
    splits: int


class Result(Ranked):
    """A data set on its comparison metric, and its rows of every table.

    tables: rows of ranking, metrics, estimates, comparisons, selection, picks, checks and of those
    that figures read (catalog/figures.yaml), as dictionaries of text. dataset: dictionary of name,
    metric, models, baselines, cohorts (the number of samples of each by name) and, of a regression,
    range (of the outcomes) or, of survival, horizons and events (their number in each cohort).
    """

    def __init__(self, tables: dict[str, list[dict]], dataset: dict):
        self.dataset, self.name = dataset, dataset["name"]
        self.tables = {
            name: [row for row in rows if row["dataset"] == self.name]
            for name, rows in tables.items()
        }
        super().__init__(self.tables["ranking"], dataset["metric"])
        # Otherwise all test predictions were scored together.
        self.by_split = any(r["method"] == BY_SPLIT for r in self.tables["estimates"])

    def on(self, metric: str) -> Ranked:
        """The models on another metric."""
        return Ranked(self.tables["ranking"], metric)

    def in_cohort(self, cohort: str) -> dict[str, dict]:
        """Rows of the comparison metric in a cohort by model, in their order."""
        return in_cohort(self.tables["ranking"], self.metric, cohort)

    def failed(self) -> list[str]:
        """The configured models that failed on all splits."""
        models = self.dataset["models"]
        return [m for m in models if self.order.get(m, {"status": "failed"})["status"] == "failed"]

    def compared(self, kind: str) -> list[dict]:
        """Rows of variants.csv of a kind with both values, on the comparison metric, best first.

        Baselines are left out: they ignore the features, so no variant changes them.
        """
        models = [m for m in self.dataset["models"] if m not in self.dataset["baselines"]]
        rows = [
            row
            for row in self.tables["variants"]
            if (row["metric"], row["kind"]) == (self.metric, kind)
            and f"{row['language']}/{row['model']}" in models
            and row["difference"]
        ]
        return sorted(rows, key=lambda row: -self.sign * float(row["estimate"]))

    def splits(self) -> int:
        """Number of outer splits of cross-validation."""
        rows = (row for row in self.tables["metrics"] if row["cohort"] == DEVELOPMENT)
        return len({row["split"] for row in rows})

    def interval(self, row: dict) -> str:
        # A value that is equal in all resamples does not show how much it can vary.
        if not row["ci_low"] or row["ci_low"] == row["ci_high"]:
            return "no interval"
        return f"95 % interval {self.text(row['ci_low'])} to {self.text(row['ci_high'])}"

    def splits_with_value(self, model: str) -> str:
        """'4 of 25 splits': the splits on which a model has a value."""
        return f"{self.rows[model]['n_valued']} of {self.rows[model]['n_splits']} splits"

    def expected(self) -> Expected | None:
        """What to expect of the best of several models; None without a leader."""
        for row in self.tables["selection"]:
            if self.leader and row["metric"] == self.metric and int(row["n_models"]) > 1:
                picks = Counter(f"{p['language']}/{p['model']}" for p in self.tables["picks"])
                favourite, times = picks.most_common(1)[0]
                value = self.text(row["estimate"])
                models, interval = int(row["n_models"]), self.interval(row)
                return Expected(value, interval, models, favourite, times, picks.total())
        return None


def in_cohort(rows: list[dict], metric: str, cohort: str) -> dict[str, dict]:
    """Rows of ranking.csv by language/name, in their order."""
    return {
        f"{row['language']}/{row['model']}": row
        for row in rows
        if (row["metric"], row["cohort"]) == (metric, cohort)
    }
