"""The slice of the configuration that each rule depends on, as text.

The texts are parameters of the rules, and some are part of the keys of training jobs: a change in a
slice runs only its rules again.
"""

import json
from typing import TYPE_CHECKING

from omc.core.names import DEVELOPMENT
from omc.evaluate.metrics import METRICS_OF
from omc.study.canonical import canonical
from omc.study.datasets import RANKED_BY, normalised_layers
from omc.study.figures import caption
from omc.study.image_sources import image_sources
from omc.study.lab_batches import corrected_layers, lab_columns
from omc.study.models import Model

if TYPE_CHECKING:
    from omc.study.study import Study

# What else than the comparison metric is compared for the added value, by task.
ADDED_MEASURES = {"classification": "brier", "regression": "r2", "survival": "integrated_brier"}


class Slices:
    """The slices of a study, named after the steps that use them."""

    def __init__(self, study: "Study"):
        self._study, self._config = study, study.config

    # Data

    def image_join_setting(self, dataset: str, source: str) -> str:
        """How the features of the images of a source become rows of samples."""
        setting = self._study.images.settings(dataset)[source]
        return canonical({name: setting[name] for name in ("features", "unit", "broken", "key")})

    def import_setting(self, dataset: str) -> str:
        """All settings that the import uses, without those of later steps."""
        setting = json.loads(json.dumps(self._study.datasets[dataset]))
        sources = image_sources(dataset, self._study.datasets[dataset])
        for cohort, part in {None: setting, **setting["cohorts"]}.items():
            for name, layer in part["layers"].items():
                del layer["top_variance"]
                del layer["role"]
                # No number depends on them: see label_setting.
                layer.pop("feature_labels", None)
                if "images" in layer:
                    cohort_source = f"{name}-{cohort}"
                    part["layers"][name] = {
                        "images": layer["images"],
                        "unit": layer["unit"],
                        "source": cohort_source if cohort_source in sources else name,
                    }
        for key in ("compare_layers", "compare_grouping", "compare_batch"):
            del setting[key]
        batch = self._config["preprocessing"]["batch"]
        if batch:
            setting["batch"] = lab_columns(batch)
        # The training data do not depend on it: see data_check_setting.
        del setting["outcome"]["positive"]
        setting["outcome"].pop("horizons", None)
        # The import can check the number of classes, which only matters for these metrics.
        metric, others = self._study.comparison_metric(dataset), METRICS_OF["multiclass"]
        if metric in METRICS_OF["binary"] and metric not in others:
            setting["outcome"] |= {"binary_metric": metric, "other_metrics": others}
        return canonical(setting)

    def data_check_setting(self, dataset: str) -> str:
        """Settings of the checks of imported data: outcome and groups."""
        setting = self._study.datasets[dataset]
        columns = [c for layer in setting["layers"].values() for c in layer.get("columns", [])]
        batch = self._config["preprocessing"]["batch"]
        if batch:
            columns = [c for c in columns if c != batch["column"]]
        left_out = self._study.labels_left_out(dataset)
        normalised = normalised_layers(setting)
        outcome = setting["outcome"]
        survival = {
            name: outcome[name] for name in ("time", "event", "event_value") if name in outcome
        }
        return canonical(
            {
                "outcome": setting["outcome"]["column"],
                **self._outcome(dataset),
                "groups": setting["groups"],
                "ranked_in_groups": self._study.ranked_in_groups(dataset),
                **({"labels_left_out": left_out} if left_out else {}),
                **{key: setting[key] for key in ("rds", "sheet") if key in setting},
                **({"missing": outcome["missing"]} if "missing" in outcome else {}),
                **({"columns": columns} if columns else {}),
                **({"lab_batch": batch["column"]} if batch else {}),
                **({"normalised": normalised} if normalised else {}),
                **({"survival": survival} if survival else {}),
            }
        )

    # Training

    def split_setting(self) -> str:
        """How samples are split."""
        names = ("scheme", "folds", "repeats", "inner_folds")
        return canonical({name: self._config["resampling"][name] for name in names})

    def preprocessing_setting(self, dataset: str) -> str:
        """How each fit is preprocessed, with the ranking of the data set's task."""
        layers = self._study.datasets[dataset]["layers"]
        top_variance = {name: layer["top_variance"] for name, layer in layers.items()}
        selection = dict(self._config["selection"])
        if selection["method"] != "none":
            selection["method"] = RANKED_BY[self._study.task(dataset)]
        settings = {**self._config["preprocessing"], **selection, "top_variance": top_variance}
        del settings["batch"]
        baseline = [name for name, layer in layers.items() if layer["role"] == "baseline"]
        horizons = self._study.datasets[dataset]["outcome"].get("horizons")
        further = {"baseline": baseline, "batch": self.batch_setting(dataset), "horizons": horizons}
        normalised = normalised_layers(self._study.datasets[dataset])
        if normalised:
            further["normalised"] = {"layers": normalised, "dataset": self._study.base(dataset)}
        return canonical(settings | {name: value for name, value in further.items() if value})

    def batch_setting(self, dataset: str) -> dict | None:
        """How a data set is corrected for lab batches; None if it is not."""
        setting, batch = self._study.datasets[dataset], self._config["preprocessing"]["batch"]
        layers = corrected_layers(setting)
        if not (batch and layers) or dataset in self._study.variants("uncorrected"):
            return None
        return {**batch, "layers": layers, "dataset": self._study.base(dataset)}

    def validation_setting(self, language: str) -> str:
        """All models of a language, with the settings that their check needs."""
        checks = {}
        for dataset, models in self._study.models.items():
            task = self._study.task(dataset)
            for m in models:
                if m.language == language:
                    context = {"task": task, "imbalance": self._config["imbalance"], "key": m.key}
                    checks[m.key, task] = {**m.spec, **context}
        return canonical(list(checks.values()), exact=True)

    def check_setting(self, dataset: str, language: str) -> str:
        """A data set's models of a language, with their configuration keys for messages."""
        models = [m for m in self._study.models[dataset] if m.language == language]
        return canonical([{**m.spec, "key": m.key} for m in models], exact=True)

    def training_keys(self, dataset: str) -> str:
        """Parts of the key of each training job of a data set, besides the data."""
        study = self._study
        jobs = [m for m in study.models[dataset] for _ in study.jobs.batches(dataset, m)]
        return json.dumps([self._training_key(dataset, m) for m in jobs])

    def null_keys(self, dataset: str) -> str:
        """`training_keys` of the models that are trained on permuted outcomes, one job each."""
        learners = self._study.learners(dataset)
        return json.dumps([self._training_key(dataset, m) for m in learners])

    def _training_key(self, dataset: str, model: Model) -> list:
        study = self._study
        goal = (study.task(dataset), study.tuning_metric(dataset))
        return [
            model.language, model.spec_text, *goal, self._config["imbalance"], self._config["seed"],
        ]  # fmt: skip

    def job_plans(self) -> list[dict]:
        """The jobs of every model on every data set, and its permutations, for the forecast."""
        study, plans = self._study, []
        final = bool(study.jobs.final_batches)
        for dataset, models in study.models.items():
            permuted = study.learners(dataset) if dataset in study.permuted() else []
            for m in models:
                permutations = len(study.permutations()) if m in permuted else 0
                names = {"dataset": dataset, "language": m.language, "model": m.name}
                batches, parts = len(study.jobs.batches(dataset, m)), len(study.jobs.parts(m))
                jobs = {"batches": batches, "parts": parts, "permutations": permutations}
                plans.append({**names, **jobs, "final": final})
        return plans

    # Evaluation and report

    def learner_names(self, dataset: str) -> str:
        """Models that are trained on permuted outcomes too."""
        return canonical([[m.language, m.name] for m in self._study.learners(dataset)])

    def null_scoring(self, dataset: str) -> str:
        """How predictions of permuted outcomes are scored."""
        return canonical(
            {
                **self._outcome(dataset),
                "metric": self._study.comparison_metric(dataset),
                "scheme": self._config["resampling"]["scheme"],
            }
        )

    def scoring_setting(self, dataset: str) -> str:
        """A data set and its variants with their models and cohorts."""
        study = self._study
        return canonical(
            [
                {
                    "name": name,
                    **self._outcome(name),
                    "models": [[m.language, m.name] for m in study.models[name]],
                    "cohorts": study.cohorts(name),
                }
                for name in study.with_variants(dataset)
            ]
        )

    def label_setting(self, dataset: str) -> str:
        """A data set and its variants, with the files that have labels of their features.

        files: by what the names of a layer's features begin with.
        """
        study, layers = self._study, self._study.datasets[dataset]["layers"]
        files = {
            f"{layer}:" if len(layers) > 1 else "": setting["feature_labels"]
            for layer, setting in layers.items()
            if "feature_labels" in setting
        }
        names = study.with_variants(dataset)
        return canonical({"names": names, "files": files, "key": f"datasets.{dataset}.layers"})

    def comparison_setting(self, dataset: str) -> str:
        """A data set and its variants with their comparison metric, models and baselines."""
        names, delong = self._study.with_variants(dataset), self._study.with_delong()
        return canonical([{**self._compared(name), "delong": name in delong} for name in names])

    def variant_setting(self, dataset: str) -> str:
        """The variants of a data set."""
        names = self._study.with_variants(dataset)[1:]
        variants = {name: self._study.datasets[name]["variant"] for name in names}
        return canonical(
            [
                {"name": name, "base": v["base"], "kind": v["kind"], **self._outcome(name)}
                for name, v in variants.items()
            ]
        )

    def strata_setting(self) -> str:
        """The columns of the subgroups, and the sheets that may have them."""
        study, sheets = self._study, []
        for name in study.with_subgroups():
            setting = study.datasets[name]
            parts = {DEVELOPMENT: setting, **setting["cohorts"]}
            paths = {cohort: part["samples"] for cohort, part in parts.items()}
            levels = {
                column: [str(level) for level in kind["levels"]]
                for layer in setting["layers"].values()
                for column, kind in layer.get("types", {}).items()
                if isinstance(kind, dict)
            }
            rds = setting.get("rds", {})
            options = {cohort: part["sheet"] for cohort, part in parts.items() if "sheet" in part}
            sheets.append(
                {"name": name, "sheets": paths, "levels": levels, "rds": rds}
                | ({"options": options} if options else {})
            )
        return canonical({"columns": self._config["report"]["subgroups"], "datasets": sheets})

    def subgroup_setting(self, dataset: str) -> str:
        """How a data set's models are scored by subgroup."""
        scheme, seed = self._config["resampling"]["scheme"], self._config["seed"]
        return canonical(
            {"name": dataset, **self._outcome(dataset), "scheme": scheme, "seed": seed}
        )

    def added_value_setting(self, dataset: str) -> str:
        """The variants of a data set that are a baseline alone."""
        study = self._study
        other = ADDED_MEASURES[study.task(dataset)]
        measures = list(dict.fromkeys([study.comparison_metric(dataset), other]))
        return canonical(
            [
                {
                    "name": name,
                    "base": dataset,
                    "other": study.other_layer(name),
                    "baselines": study.baselines(dataset),
                    "measures": measures,
                    **self._outcome(dataset),
                }
                for name in study.baselines_alone(dataset)
            ]
        )

    def findings_setting(self, dataset: str) -> str:
        """A data set and its variants with the cohorts and figures that have findings."""
        study = self._study
        within = study.config["comparison"]["threshold_range"]
        shown = {"threshold_range": within} if within else {}
        return canonical(
            [
                {
                    **self._compared(name),
                    "cohorts": study.cohorts(name),
                    "figures": study.figures(name),
                    **shown,
                }
                for name in study.with_variants(dataset)
            ]
        )

    def summary_setting(self) -> str:
        """All data sets with the settings that the summary and the methods report."""
        study = self._study
        return canonical(
            [
                {
                    **self._compared(name),
                    "cohorts": study.cohorts(name),
                    "specs": [{"language": m.language, **m.spec} for m in study.models[name]],
                }
                for name in study.datasets
            ],
            exact=True,
        )

    def explorer_setting(self) -> str:
        """All data sets with what the explorer page shows of them besides their tables."""
        study, parts = self._study, []
        for name, setting in study.datasets.items():
            words = {"comparison_metric": study.comparison_metric(name), "rope": study.rope(name)}
            sheets = {DEVELOPMENT: setting, **setting["cohorts"]}
            learned = {"preprocessing": f"{study.results}/{name}/preprocessing.h5"}
            parts.append(
                {
                    **self._compared(name),
                    **(learned if name in study.with_normalised() else {}),
                    "cohorts": study.cohorts(name),
                    "base": setting["variant"]["base"] if "variant" in setting else None,
                    "sheets": {cohort: part["samples"] for cohort, part in sheets.items()},
                    "options": {c: part["sheet"] for c, part in sheets.items() if "sheet" in part},
                    "rds": setting.get("rds", {}),
                    "columns": self._config["report"]["sheet_columns"],
                    "figures": [
                        {"name": figure, "caption": caption(figure, name, words, self._config)}
                        for figure in study.figures(name)
                    ],
                }
            )
        return canonical(parts)

    def _compared(self, dataset: str) -> dict:
        return {
            "name": dataset,
            **self._outcome(dataset),
            "metric": self._study.comparison_metric(dataset),
            "models": self._study.model_names(dataset),
            "baselines": self._study.baselines(dataset),
        }

    def _outcome(self, dataset: str) -> dict:
        outcome = self._study.datasets[dataset]["outcome"]
        names = ("task", "positive", "horizons")
        return {name: outcome[name] for name in names if name in outcome}
