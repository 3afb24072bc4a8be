"""The tables of a small run, made up, for tests of the explorer page."""

import h5py
import numpy as np

from omc.report.explorer.content import content
from omc.report.explorer.page import page

HOSTILE = "</script><script>document.title='owned'</script>\"'<img src=x onerror=alert(1)>&amp;"
MODELS = ("python/a", "python/dummy", "r/b")
SPLITS = [f"r0{repeat}f0{fold}" for repeat in (1, 2) for fold in (1, 2)]
METRIC = {"classification": "roc_auc", "regression": "rmse", "survival": "concordance"}
OTHER = {"classification": "log_loss", "regression": "mae", "survival": "uno_concordance"}
N = 12
METHODS = "# Methods\n\n## In short\n\nThree words.\n\n## Data\n\n{name} {word}.\n"


def page_of(root, *studies):
    """One page with the data sets of several studies."""
    contents = [study.content() for study in studies]
    datasets = [dataset for one in contents for dataset in one["datasets"]]
    return page(root / "workflow" / "report" / "explorer", contents[0] | {"datasets": datasets})


def rows(header: str, cells) -> list[dict]:
    names = header.split()
    return [dict(zip(names, map(str, row), strict=True)) for row in cells]


class Study:
    """Made-up results of one data set, called by its task; name: of all that a user names."""

    def __init__(self, folder, task="classification", name="s", cohorts=(), dataset=None):
        self.folder, self.task, self.name, self.cohorts = folder, task, name, list(cohorts)
        self.called = dataset or task
        self.samples = [f"{name}{i}" for i in range(N)]
        self.features = [f"{name}gene{i}" for i in range(5)]
        self.classes = [f"{name}A", f"{name}B"]
        self.of_cohort = {"development": self.samples}
        self.of_cohort |= {cohort: [f"{cohort}{i}" for i in range(3)] for cohort in self.cohorts}

    def outcome(self, i):
        if self.task == "classification":
            return self.classes[i % 2]
        return f"{i + 0.5}" + ("+" if self.task == "survival" and i % 3 == 0 else "")

    def split(self, model):
        """Language and name of a model as the tables have them."""
        return [self.called, *model.split("/", 1)]

    def keys(self):
        return [(self.split(model), cohort) for cohort in self.of_cohort for model in MODELS]

    def scores(self):
        """ranking, metrics, estimates and comparisons."""
        metrics = (METRIC[self.task], OTHER[self.task])
        values = dict(zip(MODELS, (0.9, 0.5, 0.8), strict=True))
        order = sorted(MODELS, key=values.get, reverse=True)
        ranking = [
            [
                self.called,
                cohort,
                metric,
                place,
                *model.split("/", 1),
                values[model],
                values[model] - 0.1,
                min(1, values[model] + 0.1),
                "nadeau_bengio",
                str(model == order[0]).lower(),
                "false",
                "false",
                "" if model == order[0] else 0.2,
                "true",
                str("dummy" in model).lower(),
                "true",
                "scored",
                4,
                1 if (model, cohort) == ("r/b", "development") else 0,
                4,
            ]
            for cohort in self.of_cohort
            for metric in metrics
            for place, model in enumerate(order, 1)
        ]
        splits = [
            [
                *self.split(model),
                split,
                split[2],
                split[5],
                "development",
                metric,
                values[model] + 0.02 * i,
            ]
            for model in MODELS
            for i, split in enumerate(SPLITS)
            for metric in metrics
        ]
        pairs = [
            [
                self.called,
                "development",
                metrics[0],
                test,
                a,
                b,
                values[a] - values[b],
                -0.1,
                0.3,
                *p,
            ]
            for a, b in (MODELS[:2], MODELS[::2], MODELS[1:])
            for test, p in (("nadeau_bengio", (0.1, "")), ("bayesian_correlated_t", ("", 0.4)))
        ]
        return {
            "ranking": rows(
                "dataset cohort metric rank language model estimate ci_low ci_high method leader"
                " differs_from_leader equivalent_to_leader p_adjusted beats_baseline baseline"
                " complete status n_splits n_failed n_valued",
                ranking,
            ),
            "metrics": rows("dataset language model split repeat fold cohort metric value", splits),
            "comparisons": rows(
                "dataset cohort metric test model_a model_b difference ci_low ci_high p_adjusted"
                " p_equivalent",
                pairs,
            ),
            "estimates": [{"dataset": self.called, "method": "nadeau_bengio"}],
        }

    def curves(self):
        """Tables of the predictions, for a classification."""
        points = [
            [*key, cohort, curve, repeat, x, min(1, x + 0.1 * repeat), 5]
            for key, cohort in self.keys()
            for curve in ("roc", "pr", "histogram", "calibration")
            for repeat in (1, 2)
            for x in (0, 0.5, 1)
        ]
        confused = [
            [*key, cohort, truth, predicted, 5 if truth == predicted else 1]
            for key, cohort in self.keys()
            for truth in self.classes
            for predicted in self.classes
        ]
        slopes = [
            [*key, cohort, repeat, 0.9, 0.5, 1.2, 0.1, -0.5, 0.6, 0.1, 0.05]
            for key, cohort in self.keys()
            for repeat in (1, 2)
        ]
        described = self.task == "classification"
        return {
            "curves": rows("dataset language model cohort curve repeat x y n", points * described),
            "confusion": rows(
                "dataset language model cohort truth predicted count", confused * described
            ),
            "calibration": rows(
                "dataset language model cohort repeat slope slope_low slope_high intercept"
                " intercept_low intercept_high brier ici",
                slopes * described,
            ),
        }

    def horizons(self):
        """Tables of a survival analysis."""
        scored = [
            [*key, cohort, 5, 3, 0.7, 0.6, 0.8, 0.2, 0.1, 0.3, 0.25, 1.1]
            for key, cohort in self.keys()
        ]
        bins = [
            [*key, cohort, 5, group, 3, 0.2 * group, 0.25 * group, 0, 0.9]
            for key, cohort in self.keys()
            for group in (1, 2)
        ]
        curves = [
            [*key, cohort, group, t, 1 - 0.1 * t, 0.1, 1, 5]
            for key, cohort in self.keys()
            for group in ("low", "high")
            for t in (0, 2, 4)
        ]
        return {
            "horizons": rows(
                "dataset language model cohort horizon n_events auc auc_low auc_high brier"
                " brier_low brier_high brier_kaplan_meier calibration_ratio",
                scored,
            ),
            "horizon_calibration": rows(
                "dataset language model cohort horizon group n predicted observed ci_low ci_high",
                bins,
            ),
            "risk_groups": rows(
                "dataset language model cohort group time survival ci_low ci_high n_at_risk", curves
            ),
        }

    def others(self):
        errors = [
            [*key, cohort, sample, "t", 2, "" if self.task == "regression" else i % 3, 0.3, 0.05]
            for key, cohort in self.keys()
            for i, sample in enumerate(self.of_cohort[cohort])
        ]
        tuned = [
            [
                *self.split(MODELS[0]),
                split,
                candidate,
                f'{{"C":{candidate}}}',
                fold,
                "brier",
                0.1 * candidate,
            ]
            for split in SPLITS
            for candidate in (1, 2)
            for fold in (1, 2)
        ]
        signature = [[self.called, i, f, i, 2, 1 / i] for i, f in enumerate(self.features, 1)]
        ranks = [
            [*self.split(m), f, i, 0.5] for m in MODELS[::2] for i, f in enumerate(self.features, 1)
        ]
        texts = [
            [
                self.called,
                "answer",
                "summary",
                f"`python/a` leads. **{self.name}** and {self.name}.",
            ],
            [self.called, "check:batch", "check", "**Warning** (batch): x. Advice: y."],
            [self.called, "model_comparison", "title", f"A title of {self.name}"],
        ]
        empty = self.task == "survival"
        return {
            "sample_errors": rows(
                "dataset language model cohort sample truth n_predicted n_wrong mean sd",
                [] if empty else errors,
            ),
            "tuning": rows(
                "dataset language model split candidate parameters inner_fold metric value", tuned
            ),
            "signature": rows("dataset rank feature score n_models selected_share", signature),
            "feature_labels": rows(
                "dataset feature label", [[self.called, self.features[2], f"{self.name}label"]]
            ),
            "feature_ranks": rows("dataset language model feature mean_rank used_share", ranks),
            "stability": rows(
                "dataset language model stability ci_low ci_high mean_selected",
                [[*self.split(m), 0.5, 0.4, 0.6, 3] for m in MODELS[::2]],
            ),
            "permutation_importance": rows(
                "dataset language model feature drop",
                [[*self.split(MODELS[0]), f, 0.01] for f in self.features],
            ),
            "timing": rows(
                "dataset language model stage cpu_seconds",
                [[*self.split(m), "fit", 1.5] for m in MODELS],
            ),
            "failures": rows(
                "dataset language model split stage message log",
                [[*self.split("r/b"), "r01f01", "fit", self.name, "logs/x.log"]],
            ),
            "checks": rows(
                "dataset check status value advice",
                [
                    [self.called, "class_size", "ok", "5", ""],
                    [self.called, "batch", "warning", self.name, "y"],
                ],
            ),
            "findings": rows("dataset key place text", texts),
            "selection": [],
            "picks": [],
        }

    def tables(self):
        survival = self.horizons() if self.task == "survival" else {}
        return self.scores() | self.curves() | self.others() | survival

    def predictions(self):
        result = []
        for model in MODELS:
            language, name = model.split("/", 1)
            for cohort, samples in self.of_cohort.items():
                for i, sample in enumerate(samples):
                    key = {"language": language, "model": name, "cohort": cohort, "sample": sample}
                    for split in ("r01f01", "r02f02") if cohort == "development" else ("final",):
                        cells = {"split": split, **key, "truth": self.outcome(i)}
                        result.append(cells | self.predicted(i))
        return result

    def predicted(self, i):
        if self.task == "classification":
            prob = {f"prob_{label}": f"0.{4 + 2 * k}" for k, label in enumerate(self.classes)}
            return {"predicted": self.classes[1], **prob}
        if self.task == "survival":
            return {"risk": f"{i}", "survival_5": "0.7"}
        return {"predicted": f"{i + 0.7}"}

    def dataset(self):
        samples = [
            {"sample": sample, "outcome": self.outcome(i), "group": "", "cohort": cohort}
            for cohort, names in self.of_cohort.items()
            for i, sample in enumerate(names)
        ]
        path = self.folder / f"{self.called}.h5ad"
        with h5py.File(path, "w") as file:
            file["X"] = np.arange(N * 5, dtype=float).reshape(N, 5)
            for axis, names in (("obs", self.samples), ("var", self.features)):
                group = file.create_group(axis)
                group.attrs["_index"] = "name"
                group["name"] = [name.encode() for name in names]
        sheet = {
            cohort: {sample: {f"{self.name}age": f"{30 + i}"} for i, sample in enumerate(names)}
            for cohort, names in self.of_cohort.items()
        }
        figure = {
            "name": "model_comparison",
            "caption": f"A *caption* of {self.name}",
            "file": "../images/x.png",
            # A picture of one pixel.
            "data": "data:image/gif;base64,R0lGODlhAQABAAAAACw="
            if self.task == "survival"
            else None,
        }
        return {
            "name": self.called,
            "metric": METRIC[self.task],
            "task": self.task,
            "models": list(MODELS),
            "baselines": ["python/dummy"],
            "cohorts": self.cohorts,
            "horizons": [5],
            "positive": self.classes[1],
            "figures": [figure],
            "files": {
                "samples": samples,
                "predictions": self.predictions(),
                "data": str(path),
                "sheets": sheet,
            },
        }

    def content(self):
        text = dict.fromkeys(("purpose", "explanation", "rule", "fix"), self.name)
        run = {
            "title": f"Model comparison: {self.name}",
            "references": "@article{x}",
            "methods": METHODS.format(name=self.name, word="x" * 300),
            "alarms": {"batch": text},
            "links": ["metrics.csv", "demo/samples.tsv"],
        }
        return content(self.tables(), [self.dataset()], run)


class Failing(Study):
    """A study in which r/b failed, or all models; made-up results without a value."""

    def __init__(self, folder, everything=False):
        super().__init__(folder, dataset="all-fail" if everything else "one-fails")
        self.everything = everything

    def tables(self):
        tables, lost = super().tables(), ("ranking", "metrics", "comparisons", "estimates")
        if self.everything:
            return tables | dict.fromkeys([*lost, *self.curves(), "sample_errors"], [])
        for row in tables["ranking"]:
            if row["model"] == "b":
                row |= dict.fromkeys(("estimate", "ci_low", "ci_high"), "") | {"status": "failed"}
        return tables

    def predictions(self):
        return [] if self.everything else super().predictions()
