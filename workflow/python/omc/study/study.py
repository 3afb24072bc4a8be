"""The study: the configuration and everything that the rules derive from it.

Snakemake imports it at every start, so it imports nothing heavy.
"""

import os
from collections.abc import Container
from pathlib import Path

from omc.core.errors import UserError
from omc.core.registry import entry
from omc.evaluate.metrics import METRICS
from omc.evaluate.rope import describe
from omc.study import prediction
from omc.study.config_file import Places, key_of, located, read_config
from omc.study.datasets import (
    RANKED_BY,
    check_cohorts,
    check_metric,
    check_scheme,
    check_selection,
    check_subgroups,
    normalised_layers,
    path_problems,
    resolve_dataset,
    task_of,
)
from omc.study.figures import figure_names
from omc.study.image_sources import ImageSources
from omc.study.jobs import Jobs
from omc.study.lab_batches import check_batch
from omc.study.models import LANGUAGES, Model, read_presets, resolve_models
from omc.study.rds import replace_rds
from omc.study.schema import check
from omc.study.slices import Slices
from omc.study.variants import variants

SCHEMES = "omc.learn.schemes"


class Study:
    """A checked configuration.

    config: with defaults; datasets: resolved settings by name, variants included; models: by data
    set, in the order of the configuration; images: sources of images; rds: sources of the .h5ad
    files that R makes; prediction: the resolved request `predict`; init: the request `init`; jobs,
    slices: see their classes.
    """

    def __init__(self, config: dict, presets: dict, root: str, wrong: Container[str] = ()):
        """wrong: data sets with mistakes, of which only the rest is checked."""
        self.config = config
        self.results = os.path.join("results", config["run"] or "").rstrip("/")
        self.datasets: dict[str, dict] = {}
        self._with_variants: dict[str, list[str]] = {}
        self.models: dict[str, list[Model]] = {}
        self.images = ImageSources()
        self.rds: dict[str, dict] = {}
        problems = [*self._add_datasets(root, wrong), *self._add_models(presets, root)]
        if problems or wrong:
            raise UserError("\n".join(dict.fromkeys(problems)))
        if config["comparison"]["threshold_range"]:
            config["comparison"]["threshold_range"].sort()
        # Removed from the configuration, since nothing in the run depends on it.
        request, self.init = config.pop("predict", None), config.pop("init", None)
        names = {name: self.model_names(name) for name in self.datasets}
        self.prediction = request and prediction.resolve(request, self.datasets, names)
        self.jobs = Jobs(config, self.datasets, self.models)
        self.slices = Slices(self)
        if self.prediction:
            prediction.check_saved(config["final_models"])
            prediction.check_batch(self.slices.batch_setting(self.prediction["dataset"]))

    def _add_datasets(self, root: str, wrong: Container[str]) -> list[str]:
        """Resolve the data sets; returns their problems."""
        problems = []
        for name, dataset in self.config["datasets"].items():
            missing = path_problems(dataset, f"datasets.{name}", root)
            problems += missing
            if missing or name in wrong:
                continue
            try:
                resolved = resolve_dataset(name, dataset, root)
                scheme = self.config["resampling"]["scheme"]
                check_scheme(scheme, f"datasets.{name}", resolved["groups"])
                check_cohorts(self.config["final_models"], f"datasets.{name}", resolved["cohorts"])
                check_subgroups(self.config["report"]["subgroups"], f"datasets.{name}", resolved)
                check_batch(self.config["preprocessing"]["batch"], name, resolved)
                self.rds.update(replace_rds(name, resolved, self.results))
                together = {name: resolved, **variants(name, resolved)}
                self._with_variants[name] = list(together)
                self.datasets.update(together)
                self.images.add(name, resolved)
            except UserError as error:
                problems.append(str(error))
        return problems

    def _add_models(self, presets: dict, root: str) -> list[str]:
        """Resolve the models for each task; returns their problems."""
        problems = []
        known = [task_of(dataset) for dataset in self.config["datasets"].values()]
        tasks = sorted({task for task in known if task})
        try:
            if None not in known:
                selection = self.config["selection"]
                selection["method"] = selection["method"] or RANKED_BY[tasks[0]]
                check_selection(selection["method"], tasks)
        except UserError as error:
            problems.append(str(error))
        for task in tasks:
            try:
                metric = self.config["comparison"]["metric"][task]
                check_metric(self.config["resampling"]["scheme"], task, metric)
                models = resolve_models(self.config, task, presets, root)
                self.models.update({n: models for n in self.datasets if self.task(n) == task})
            except UserError as error:
                problems.append(str(error))
        return problems

    # Data sets

    def task(self, dataset: str) -> str:
        """Task of a data set: classification, regression or survival."""
        return self.datasets[dataset]["outcome"]["task"]

    def tuning_metric(self, dataset: str) -> str:
        """The metric that candidates are chosen by."""
        return self.config["tuning"]["metric"][self.task(dataset)]

    def comparison_metric(self, dataset: str) -> str:
        """The metric that models are compared by."""
        return self.config["comparison"]["metric"][self.task(dataset)]

    def ranked_in_groups(self, dataset: str) -> str | None:
        """The comparison metric, if it ranks the samples of each group that is left out."""
        metric = self.comparison_metric(dataset)
        left_out = entry(SCHEMES, self.config["resampling"]["scheme"]).POOLED
        return metric if left_out and not METRICS[metric].pooled else None

    def labels_left_out(self, dataset: str) -> str | None:
        """The comparison metric, if it sees predicted classes, of samples or groups left out."""
        metric = self.comparison_metric(dataset)
        left_out = entry(SCHEMES, self.config["resampling"]["scheme"]).POOLED
        return metric if left_out and METRICS[metric].labels else None

    def rope(self, dataset: str) -> str:
        """Which differences are practically none, in words; "" if the metric has no such region."""
        return describe(self.comparison_metric(dataset), self.config["comparison"]["rope"])

    def cohorts(self, dataset: str) -> list[str]:
        """Names of a data set's external cohorts."""
        return list(self.datasets[dataset]["cohorts"])

    def with_delong(self) -> list[str]:
        """Data sets with cohorts in which the models' ROC curves are compared."""
        by_roc = [name for name in self.datasets if self.comparison_metric(name) == "roc_auc"]
        return [name for name in by_roc if self.cohorts(name)]

    def with_survival(self) -> list[str]:
        """Data sets whose task is survival, variants too."""
        return [name for name in self.datasets if self.task(name) == "survival"]

    def with_normalised(self) -> list[str]:
        """Data sets with layers that each fit normalises, variants too."""
        return [name for name in self.datasets if normalised_layers(self.datasets[name])]

    def tables(self, dataset: str) -> list[str]:
        """Feature tables of a data set and its cohorts."""
        setting = self.datasets[dataset]
        parts = [setting, *setting["cohorts"].values()]
        tables = [layer.get("table") for part in parts for layer in part["layers"].values()]
        return list(dict.fromkeys(table for table in tables if table))

    def sheets(self, dataset: str) -> list[str]:
        """Sample sheets of a data set and its cohorts."""
        setting = self.datasets[dataset]
        return [part["samples"] for part in (setting, *setting["cohorts"].values())]

    def label_files(self, dataset: str) -> list[str]:
        """The files with labels of the features of a data set."""
        layers = self.datasets[dataset]["layers"].values()
        files = (layer.get("feature_labels") for layer in layers)
        return list(dict.fromkeys(file for file in files if file))

    def all_files(self) -> list[str]:
        """All input files of users except images: sheets, tables and labels."""
        given = [file for n in self.datasets for file in (*self.sheets(n), *self.tables(n))]
        given += [file for name in self.datasets for file in self.label_files(name)]
        return list(dict.fromkeys(self.rds.get(file, {}).get("rds", file) for file in given))

    def shown_images(self, dataset: str) -> list[tuple[str, str]]:
        """(layer, shard) of the images of a data set, without those of its cohorts."""
        layers = self.datasets[dataset]["layers"]
        return [
            (layer, shard)
            for layer, setting in layers.items()
            if "images" in setting
            for shard in self.images.shards(self.base(dataset), layer)
        ]

    # Variants

    def variants(self, kind: str) -> list[str]:
        """Names of the variants of data sets of a kind: layer, uncorrected or ungrouped."""
        return [name for name in self.all_variants() if self._variant(name)["kind"] == kind]

    def with_same_splits(self) -> list[str]:
        """Names of the variants that have the samples and splits of their base."""
        return [*self.variants("layer"), *self.variants("uncorrected")]

    def all_variants(self) -> list[str]:
        """Names of the data sets that are variants of others."""
        return [name for name in self.datasets if self._variant(name)]

    def baselines_alone(self, dataset: str) -> list[str]:
        """Names of the variants of a data set that are a layer of `role: baseline` alone."""
        variants = self.with_variants(dataset)[1:]
        layers = (name for name in variants if self._variant(name)["kind"] == "layer")
        return [name for name in layers if self._is_baseline_alone(name)]

    def other_layer(self, baseline: str) -> str | None:
        """The variant that is the only other layer beside a baseline alone; None without one."""
        base = self.base(baseline)
        others = [name for name in self.variants("layer") if self.base(name) == base]
        others.remove(baseline)
        layers = self.datasets[base]["layers"]
        return others[0] if len(layers) == 2 and others else None

    def with_variants(self, dataset: str) -> list[str]:
        """A configured data set and its variants, which are evaluated together."""
        return self._with_variants[dataset]

    def base(self, dataset: str) -> str:
        """The configured data set that a variant is made from; otherwise the data set itself."""
        return self._variant(dataset).get("base", dataset)

    def split_source(self, dataset: str) -> str:
        """The data set whose samples are split: the base, if this is its variant without groups."""
        return self.base(dataset) if dataset in self.variants("ungrouped") else dataset

    def _is_baseline_alone(self, dataset: str) -> bool:
        layers = self.datasets[dataset]["layers"].values()
        return all(layer["role"] == "baseline" for layer in layers)

    def _variant(self, dataset: str) -> dict:
        return self.datasets[dataset].get("variant", {})

    # Models

    def all_models(self) -> list[Model]:
        """The models of every data set, one after another."""
        return [model for models in self.models.values() for model in models]

    def languages(self) -> list[str]:
        """Languages with at least one model."""
        return [name for name in LANGUAGES if name in {m.language for m in self.all_models()}]

    def model(self, dataset: str, language: str, name: str) -> Model:
        """One model of a data set."""
        return next(m for m in self.models[dataset] if (m.language, m.name) == (language, name))

    def model_names(self, dataset: str) -> list[str]:
        """`language/name` of each model, in the order of the configuration."""
        return [m.full_name for m in self.models[dataset]]

    def baselines(self, dataset: str) -> list[str]:
        """`language/name` of each model that learns nothing from the features."""
        return [m.full_name for m in self.models[dataset] if m.baseline]

    def learners(self, dataset: str) -> list[Model]:
        """Models that learn from the features: all but the baselines."""
        return [m for m in self.models[dataset] if not m.baseline]

    # The label-permutation null

    def permutations(self) -> list[str]:
        """Names of the permutations of each data set's outcomes: 001, 002 and so on."""
        return [f"{i:03d}" for i in range(1, self.config["comparison"]["null_permutations"] + 1)]

    def permuted(self) -> list[str]:
        """Data sets whose models are trained on permuted outcomes too: no variants."""
        if not self.permutations():
            return []
        return [name for name in self.config["datasets"] if self.learners(name)]

    # Subgroups

    def with_subgroups(self) -> list[str]:
        """Data sets whose models are scored by subgroup too: no variants."""
        return list(self.config["datasets"]) if self.config["report"]["subgroups"] else []

    # Figures and screen

    def figures(self, dataset: str) -> list[str]:
        """Names of the figures of a data set."""
        setting = self.datasets[dataset]
        return figure_names(setting, dataset in self.permuted(), dataset in self.with_subgroups())

    def vector_formats(self) -> list[str]:
        """Endings of the files of a figure besides its PNG."""
        return ["svg", "pdf"] if self.config["report"]["pdf"] else ["svg"]

    def figure_sets(self) -> list[tuple[list[str], list[str]]]:
        """(figures, data sets): data sets with the same figures together."""
        sets = {}
        for dataset in self.datasets:
            sets.setdefault(tuple(self.figures(dataset)), []).append(dataset)
        return [(list(figures), datasets) for figures, datasets in sets.items()]

    def check_passed(self) -> str:
        """The message of a check without problems."""
        models = len({m.full_name for m in self.all_models()})
        text = (
            f"check passed: {_counted(models, 'model')} on"
            f" {_counted(len(self.datasets), 'data set')}; a run from the start trains them in"
            f" {_counted(self.jobs.count(), 'job')}"
        )
        permutations = len(self.permutations())
        null = permutations * sum(len(self.learners(name)) for name in self.permuted())
        if not null:
            return text
        return (
            f"{text}, and in {_counted(null, 'job')} more on"
            f" {_counted(permutations, 'permutation')} of the outcomes, each at the cost of all"
            " cross-validation splits of its model"
        )


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def load(config: dict, workflow: str, places: Places | None = None) -> Study:
    """The study of a configuration; UserError with a sentence for each mistake.

    workflow: the folder with schemas/, beside resources/; places: where its keys stand.
    """
    try:
        config, problems, wrong = check(
            config, os.path.join(workflow, "schemas", "config.schema.yaml")
        )
        known = {key_of(problem) for problem in problems}
        try:
            study = Study(config, read_presets(), os.path.join(workflow, ".."), wrong)
        except UserError as error:
            # A wrong value has only its first problem: others may follow from its default.
            problems += [more for more in str(error).splitlines() if key_of(more) not in known]
        if problems:
            raise UserError("\n".join(problems))
    except UserError as error:
        raise UserError("\n".join(located(str(error).splitlines(), places or {}))) from error
    return study


def read(path: str) -> Study:
    """The study of a configuration file; UserError if it cannot be read."""
    config, places = read_config(path)
    return load(config, str(Path(__file__).parents[3]), places)
