"""The configuration: defaults, messages for mistakes, and stable slices."""

import copy
import json
import math
import re

import pytest
import yaml

from omc.core.errors import UserError
from omc.study.canonical import canonical
from omc.study.config_file import read_yaml
from omc.study.jobs import batch_count
from omc.study.schema import complete
from omc.study.study import load


@pytest.fixture
def base(root):
    return yaml.safe_load((root / "config" / "quick.yaml").read_text())


@pytest.fixture
def study(root, monkeypatch):
    monkeypatch.chdir(root)
    return lambda config: load(config, str(root / "workflow"))


def test_defaults_are_filled_in(study, base):
    config = study(base).config
    assert config["seed"] == 2022
    assert config["resampling"]["splits_per_job"] == "auto"
    wanted = {"classification": "brier", "regression": "rmse", "survival": "concordance"}
    assert config["tuning"]["metric"] == wanted
    assert config["datasets"]["leukemia"]["groups"] is None


def stratify(column, **more):
    return lambda c: c["datasets"]["leukemia"].update(stratify_by=[column], **more)


def layer(config, **more):
    config["datasets"]["leukemia"]["layers"]["expression"].update(more)


def cohort(config, **more):
    dataset = config["datasets"]["leukemia"]
    layers = {"expression": more}
    dataset["cohorts"] = {"out": {"samples": dataset["samples"], "layers": layers}}


def model(config, **more):
    config["models"] = {"python": [{"name": "svm_rbf", **more}]}


def survival(config, **more):
    """The outcome of a survival analysis; None takes a key out."""
    outcome = {"task": "survival", "time": "days", "event": "status", "horizons": [365], **more}
    outcome = {key: value for key, value in outcome.items() if value is not None}
    config["datasets"]["leukemia"]["outcome"] = outcome
    config["models"] = {"python": ["dummy"]}


@pytest.mark.parametrize("task", ["classification", "regression", "survival"])
def test_features_are_ranked_by_the_test_for_the_task(base, study, task):
    method = {"classification": "anova", "regression": "f_regression", "survival": "cox"}[task]
    if task == "survival":
        survival(base)
    elif task == "regression":
        base["datasets"]["leukemia"]["outcome"] = {"column": "age", "task": "regression"}
        base["models"] = {"python": ["dummy"]}
    base.pop("selection", None)
    assert study(base).config["selection"]["method"] == method


MISTAKES = [
    (
        lambda c: c.update(comparison={"threshold_range": [0.1]}),
        ["comparison.threshold_range: [0.1] must have at least 2 value(s)"],
    ),
    (
        lambda c: c.update(comparison={"thresholds": [0]}),
        ["comparison.thresholds[0]: 0 must be above 0"],
    ),
    (
        lambda c: c.update(report={"subgroups": ["cohort", 1]}),
        ["report.subgroups[1]: 1 is not text"],
    ),
    (lambda c: survival(c, time=None), ["datasets.leukemia.outcome", "time", "missing"]),
    (lambda c: survival(c, horizons=[]), ["datasets.leukemia.outcome.horizons", "at least"]),
    (
        lambda c: survival(c, horizons=[-1]),
        ["datasets.leukemia.outcome.horizons[0]", "-1 must be above 0"],
    ),
    (lambda c: survival(c, column="days"), ["outcome.column", "has time and event"]),
    (lambda c: survival(c, event="days"), ["outcome.event: 'days' is also the time"]),
    (lambda c: survival(c, positive="1"), ["outcome.positive: a survival analysis", "no classes"]),
    (
        lambda c: c["datasets"]["leukemia"]["outcome"].update(horizons=[1]),
        ["outcome.horizons: only task: survival has it"],
    ),
    (
        lambda c: [survival(c), c.update(selection={"method": "anova"})],
        ["selection.method: anova does not suit a survival analysis: set it to cox"],
    ),
    (
        lambda c: c.update(selection={"method": "anovo"}),
        ["'anovo' is not one of anova, f_regression, cox, none. Did you mean 'anova'"],
    ),
    (
        lambda c: [survival(c), c.update(models={"python": ["svm_rbf"]})],
        ["'svm_rbf' is a preset for classification, not for survival"],
    ),
    (
        lambda c: [survival(c), c.update(report={"subgroups": ["status"]})],
        ["report.subgroups: 'status' is datasets.leukemia.outcome.event"],
    ),
    (
        lambda c: [survival(c), c.update(resampling={"scheme": "leave_one_out"})],
        ["comparison.metric.survival: concordance ranks", "integrated_brier"],
    ),
    (lambda c: c.update(sead=1), ["sead", "Did you mean 'seed'"]),
    (
        lambda c: c.update(tuning={"metric": {"classification": "brierr"}}),
        ["tuning.metric.classification", "'brierr'", "Did you mean 'brier'"],
    ),
    (lambda c: c["datasets"]["leukemia"].pop("outcome"), ["datasets.leukemia.outcome", "missing"]),
    (lambda c: c["resampling"].update(folds=1), ["resampling.folds", "1", "at least 2"]),
    (
        lambda c: c.update(preprocessing={"max_missing": "1e-3"}),
        ["preprocessing.max_missing", "'1e-3'", "1.0e-3"],
    ),
    (
        lambda c: c["models"].update(python=["svm_rfb"]),
        ["models.python[0]", "'svm_rfb'", "Did you mean 'svm_rbf'"],
    ),
    (lambda c: c["models"].update(python=["dummy", "dummy"]), ["models.python[1]", "dummy"]),
    (lambda c: c["models"].update(r=[None]), ["models.r[0]", "quotes"]),
    (
        lambda c: c["models"].update(r=[{"name": "a", "estimator": "x.Y"}]),
        ["models.r[0].estimator", "method"],
    ),
    (
        lambda c: c["models"].update(
            python=[{"name": "svm_rbf", "params": {"C": 1}, "grid": {"C": [1]}}]
        ),
        ["models.python[0]", "'C'", "one of them"],
    ),
    (
        lambda c: c["datasets"]["leukemia"].update(samples="nowhere.tsv"),
        ["datasets.leukemia.samples", "'nowhere.tsv'", "does not exist"],
    ),
    (
        lambda c: c.update(selection={"method": "f_regression"}),
        ["selection.method", "f_regression", "anova"],
    ),
    (lambda c: c.update(models={}), ["models"]),
    (stratify("sample"), ["datasets.leukemia.stratify_by", "'sample'", "rename the column"]),
    (stratify("outcome"), ["datasets.leukemia.stratify_by", "'outcome'", "rename the column"]),
    (stratify("subtype"), ["'subtype' is datasets.leukemia.outcome.column", "take it out"]),
    (stratify("cohort", groups="cohort"), ["'cohort' is datasets.leukemia.groups", "take it out"]),
    (lambda c: c.update(seed=7.0), ["seed: 7.0 is not a whole number: write 7"]),
    (lambda c: c.update(seed=2**31), ["seed: 2147483648 must be at most 2147483647"]),
    (lambda c: c.update(run=2022), ['run: 2022 is not text: write "2022", in quotes']),
    (lambda c: c.update(run="logs"), ["run: 'logs' is a name that the workflow itself uses"]),
    (lambda c: c.update(run="leukemia"), ["run: 'leukemia' is also the name of a data set"]),
    (lambda c: c.update(run="my run"), ["'my run' is not a possible name: use letters, digits"]),
    (
        lambda c: c.update(datasets={"logs": c["datasets"]["leukemia"]}),
        ["datasets.logs: 'logs' is a name that the workflow itself uses: choose another"],
    ),
    (lambda c: c.update(datasets={}), ["datasets: is empty: add at least one"]),
    (lambda c: c.update(resampling=None), ["resampling: is empty: fill it in, or take it out"]),
    (lambda c: c.update(resampling=5), ["resampling: 5 is not a mapping: write key: value"]),
    (lambda c: c.update(seed="a"), ["seed: 'a' is not a whole number"]),
    (lambda c: c["models"].update(python="dummy"), ["'dummy' is not a list: write [dummy]"]),
    (
        lambda c: c["models"].update(python=["../x"]),
        ["models.python[0]", "'../x'", "a letter first"],
    ),
    (
        lambda c: c["models"].update(python=[["x"]]),
        ['models.python[0]: ["x"] is neither a name nor a mapping with a name'],
    ),
    (lambda c: model(c, grid={"C": 1}), ["models.python[0].grid.C: 1 is not a list: write [1]"]),
    (lambda c: model(c, grid=None), ["models.python[0].grid: is empty: fill it in, or take it"]),
    (lambda c: model(c, params=[1]), ["models.python[0].params: [1] is not a mapping"]),
    (
        lambda c: c["models"].update(r=[{"name": "glmnet", "grid": {"alpha": [math.inf]}}]),
        ["models.r[0]: 'alpha' is infinite", "large number"],
    ),
    (lambda c: layer(c, transfrom="log2"), ["layers.expression.transfrom: no such key"]),
    (lambda c: layer(c, size=[64]), ["size: [64] must have at least 2 value(s)"]),
    (lambda c: layer(c, shards="all"), ["shards: 'all' is none of: auto, a whole number from 1"]),
    (lambda c: layer(c, broken="skip"), ["layers.expression.broken: a key of layers with images"]),
    (lambda c: layer(c, table="resources"), ["expression.table: 'resources' is a folder"]),
    (lambda c: cohort(c, images="resources"), ["out.layers.expression.images: a key of layers"]),
    (lambda c: cohort(c, pattern="*"), ["out.layers.expression.pattern: a key of"]),
]


@pytest.mark.parametrize(("change", "expected"), MISTAKES)
def test_a_mistake_is_one_sentence_with_key_value_and_fix(study, base, change, expected):
    config = copy.deepcopy(base)
    change(config)
    with pytest.raises(UserError) as error:
        study(config)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    for part in expected:
        assert part in message


def test_a_date_is_text(study, base):
    base["run"] = yaml.safe_load("2026-01-15")
    assert study(base).config["run"] == "2026-01-15"


def test_each_data_set_has_the_f_test_of_its_task(study, base):
    def methods():
        loaded = study(copy.deepcopy(base))
        settings = [
            json.loads(loaded.slices.preprocessing_setting(name)) for name in loaded.datasets
        ]
        return [setting["method"] for setting in settings]

    regression = copy.deepcopy(base["datasets"]["leukemia"])
    regression["outcome"] = {"column": "age", "task": "regression"}
    base["datasets"]["other"] = regression
    base["models"] = {"python": ["dummy"]}
    for method in ("anova", "f_regression"):
        base["selection"] = {"method": method}
        assert methods() == ["anova", "f_regression"]
    base["selection"] = {"method": "none"}
    assert methods() == ["none", "none"]


def test_a_metric_of_two_classes_is_part_of_the_import(study, base):
    before = study(copy.deepcopy(base)).slices.import_setting("leukemia")
    base["comparison"] = {"metric": {"classification": "mcc"}}
    assert study(copy.deepcopy(base)).slices.import_setting("leukemia") == before
    base["comparison"] = {"metric": {"classification": "specificity"}}
    outcome = json.loads(study(base).slices.import_setting("leukemia"))["outcome"]
    assert outcome["binary_metric"] == "specificity" and "mcc" in outcome["other_metrics"]


def test_all_mistakes_are_told_at_once(study, base):
    base["models"] = {"python": ["nope", "nope_either"]}
    with pytest.raises(UserError) as error:
        study(base)
    assert len(str(error.value).splitlines()) == 2


def test_slices_do_not_depend_on_order_or_notation():
    assert canonical({"b": 1.0, "a": [2]}) == canonical({"a": [2.0], "b": 1})
    # 1 means one feature, 1.0 all features.
    assert canonical({"max_features": 1}, exact=True) != canonical(
        {"max_features": 1.0}, exact=True
    )


def test_a_new_model_leaves_the_slices_of_the_others_alone(study, base):
    before = study(copy.deepcopy(base))
    base["models"]["python"].append("random_forest")
    base["models"]["r"].insert(0, "ranger")
    after = study(base)
    for model in before.models["leukemia"]:
        same = after.model("leukemia", model.language, model.name)
        assert same.spec_text == model.spec_text
        assert after.jobs.batches("leukemia", same) == before.jobs.batches("leukemia", model)
    for question in ("import_setting", "preprocessing_setting"):
        assert getattr(before.slices, question)("leukemia") == getattr(after.slices, question)(
            "leukemia"
        )
    assert before.slices.split_setting() == after.slices.split_setting()


def test_the_configuration_of_the_docs_is_whole(root):
    text = (root / "docs" / "own_data.md").read_text(encoding="utf-8")
    (shown,) = (
        part for part in re.findall(r"```yaml\n(.*?)```", text, flags=re.S) if "my_study" in part
    )
    schema = root / "workflow" / "schemas" / "config.schema.yaml"
    assert complete(yaml.safe_load(shown), schema)["models"]["r"]


def test_the_positive_class_is_no_part_of_what_is_trained_on(study, base):
    before = study(copy.deepcopy(base))
    base["datasets"]["leukemia"]["outcome"]["positive"] = "ALL"
    after = study(base)
    assert after.slices.import_setting("leukemia") == before.slices.import_setting("leukemia")
    assert after.slices.training_keys("leukemia") == before.slices.training_keys("leukemia")
    assert after.slices.data_check_setting("leukemia") != before.slices.data_check_setting(
        "leukemia"
    )


def test_any_estimator_and_any_method_resolve(study, base):
    base["models"] = {
        "python": [
            "sklearn.naive_bayes.GaussianNB",
            {"name": "et", "estimator": "sklearn.ensemble.ExtraTreesClassifier", "size": 2},
            {"name": "svm_rbf", "params": {"C": 3}},
            {"name": "wide", "estimator": "sklearn.svm.SVC", "grid": {"gamma": [0.1, 1.0]}},
        ],
        "r": ["treebag", {"name": "forest", "method": "ranger", "params": {"num.trees": 10}}],
    }
    models = study(base).models["leukemia"]
    assert [m.name for m in models] == ["GaussianNB", "et", "svm_rbf", "wide", "treebag", "forest"]
    assert models[2].spec["grid"]["C"] == [3] and "C" not in models[2].spec["params"]
    assert models[4].spec["method"] == "treebag" and models[4].spec["grid"] is None


def test_a_grid_takes_the_place_of_what_a_preset_fixes(study, base):
    grid = {"C": [1.0], "gamma": [0.1, 1.0]}
    base["models"] = {"python": [{"name": "svm_rbf", "grid": grid}]}
    spec = study(base).models["leukemia"][0].spec
    assert spec["grid"] == grid and spec["params"] == {"kernel": "rbf"}


@pytest.mark.parametrize(
    ("cost", "scheme", "expected"),
    [
        ("cheap", {}, 1),
        ("costly", {}, 7),
        ("cheap", {"splits_per_job": 1}, 35),
        ("costly", {"splits_per_job": 10}, 4),
        ("costly", {"scheme": "bootstrap", "repeats": 200}, 25),
        ("medium", {"scheme": "bootstrap", "repeats": 200}, 1),
        ("cheap", {"scheme": "bootstrap", "repeats": 200, "splits_per_job": 50}, 4),
        ("costly", {"scheme": "leave_one_out"}, 5),
        ("cheap", {"scheme": "leave_one_out", "splits_per_job": 10}, 4),
    ],
)
def test_batches(study, base, cost, scheme, expected):
    base["resampling"] = {"repeats": 7, **scheme}
    loaded = study(base)
    count = batch_count(cost, loaded.config["resampling"], loaded.jobs.split_count("leukemia"))
    assert count == expected


def obesity(groups):
    return {
        "layers": {"genera": {"table": "resources/obesity/counts.tsv.gz"}},
        "samples": "resources/obesity/samples.tsv",
        "outcome": {"column": "bmi_class", "task": "classification"},
        "groups": groups,
    }


def test_splits_of_groups_are_counted_in_the_sheet(study, base):
    base["datasets"] = {"o": {**obesity("subject"), "compare_grouping": True}}
    base["resampling"] = {"scheme": "leave_one_group_out", "splits_per_job": 2}
    loaded = study(base)
    assert loaded.jobs.split_count("o") == loaded.jobs.split_count("o-ungrouped") == 154
    model = loaded.models["o"][0]
    assert len(loaded.jobs.batches("o", model)) == 77
    assert loaded.split_source("o-ungrouped") == loaded.split_source("o") == "o"


@pytest.mark.parametrize(
    ("scheme", "groups", "expected"),
    [
        ("leave_one_group_out", None, "leave_one_group_out, but datasets.o has no groups: set"),
        ("leave_one_out", "subject", "leave_one_out would train on the group 'subject'"),
    ],
)
def test_a_scheme_that_does_not_suit_the_groups(study, base, scheme, groups, expected):
    base["datasets"] = {"o": obesity(groups)}
    base["resampling"] = {"scheme": scheme}
    with pytest.raises(UserError, match=f"resampling.scheme: {expected}"):
        study(base)


def test_leave_one_out_ranks_nothing(study, base):
    base["resampling"] = {"scheme": "leave_one_out"}
    assert study(base).comparison_metric("leukemia") == "brier"
    base["comparison"] = {"metric": {"classification": "roc_auc"}}
    with pytest.raises(
        UserError, match=r"comparison.metric.classification: roc_auc ranks .* brier"
    ):
        study(base)
    base["comparison"] = {"metric": {"classification": "accuracy"}}
    assert study(base).comparison_metric("leukemia") == "accuracy"


def test_what_is_predicted_is_no_part_of_what_a_run_depends_on(study, base):
    loaded = {
        "dataset": "leukemia",
        "model": "r/glmnet",
        "input": base["datasets"]["leukemia"]["samples"],
        "output": "out.csv",
    }
    asking = study({**copy.deepcopy(base), "predict": loaded})
    assert asking.config == study(base).config
    assert asking.prediction["model"] == "glmnet" and study(base).prediction is None
    with pytest.raises(UserError, match="predict.output: missing"):
        study({**base, "predict": {"dataset": "leukemia", "model": "r/x", "input": "y"}})


def test_only_the_models_of_all_samples_predict_cohorts(study, base):
    base["final_models"] = False
    assert study(base).jobs.final_batches == []
    dataset = base["datasets"]["leukemia"]
    dataset["cohorts"] = {"out": {"samples": dataset["samples"], "layers": {}}}
    for name, layer in dataset["layers"].items():
        dataset["cohorts"]["out"]["layers"][name] = {"table": layer["table"]}
    with pytest.raises(UserError, match=r"datasets\.leukemia\.cohorts: .* final_models: false"):
        study(base)


def test_images_are_listed_in_shards_for_a_data_set_and_its_cohorts(study, base, tmp_path):
    for name in ("here/a.png", "here/b.png", "here/c.png", "there/d.PNG"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    dataset = base["datasets"]["leukemia"]
    dataset["layers"]["cells"] = {"images": str(tmp_path / "here"), "shards": 2}
    dataset["compare_layers"] = True
    samples = dataset["samples"]
    dataset["cohorts"] = {
        "same": {"samples": samples},
        "other": {"samples": samples, "layers": {"cells": {"images": str(tmp_path / "there")}}},
    }
    loaded = study(base)
    assert list(loaded.images.settings("leukemia")) == ["cells", "cells-other"]
    assert loaded.images.shards("leukemia", "cells") == ["1of2", "2of2"]
    assert loaded.images.shards("leukemia", "cells-other") == ["1of1"]
    in_shard = loaded.images.in_shard("leukemia", "cells", "2of2")
    assert [image.sample for image in in_shard] == ["b", "c"]
    setting = json.loads(loaded.slices.import_setting("leukemia"))
    assert setting["layers"]["cells"]["source"] == "cells"
    sources = {n: c["layers"]["cells"]["source"] for n, c in setting["cohorts"].items()}
    assert sources == {"same": "cells", "other": "cells-other"}
    assert loaded.base("leukemia-cells") == "leukemia"
    assert "contact_sheet" in loaded.figures("leukemia-cells")
    assert "contact_sheet" not in loaded.figures("leukemia-expression")
    before = loaded.images.digest("leukemia", "cells")
    (tmp_path / "here" / "e.png").touch()
    assert study(base).images.digest("leukemia", "cells") != before


def test_images_as_rows_go_with_no_other_layer(study, base, tmp_path):
    (tmp_path / "a.png").touch()
    layers = base["datasets"]["leukemia"]["layers"]
    layers["cells"] = {"images": str(tmp_path), "unit": "image"}
    with pytest.raises(UserError, match=r"leukemia\.layers\.cells\.unit: image .* sample"):
        study(base)


def test_permuted_outcomes_are_those_of_data_sets_and_their_learning_models(study, base):
    base["datasets"] = {"o": {**obesity("subject"), "compare_grouping": True}}
    no_null = study(copy.deepcopy(base))
    assert no_null.permuted() == [] and "null" not in no_null.figures("o")
    assert "permutation" not in no_null.check_passed()
    base["comparison"] = {"null_permutations": 20}
    loaded = study(base)
    assert loaded.permutations()[::19] == ["001", "020"]
    assert loaded.permuted() == ["o"]
    assert "null" in loaded.figures("o") and "null" not in loaded.figures("o-ungrouped")
    learners = [m.name for m in loaded.learners("o")]
    assert learners == ["logistic_regression", "svm_rbf", "glmnet", "svmRadial"]
    assert "and in 80 jobs more on 20 permutations of the outcomes" in loaded.check_passed()
    # Training on the real outcomes does not depend on it.
    for question in ("training_keys", "preprocessing_setting", "import_setting"):
        assert getattr(loaded.slices, question)("o") == getattr(no_null.slices, question)("o")
    base["models"] = {"python": ["dummy"]}
    assert study(base).permuted() == []


def test_figures_suit_the_task(study, base):
    result = study(base).figures("leukemia")
    assert {"roc_pr", "calibration", "decision", "confusion"} <= set(result)
    assert "residuals" not in result
    base["datasets"]["leukemia"]["outcome"] = {"column": "subtype", "task": "regression"}
    base.update(models={"r": ["pls"]}, selection={"method": "none"})
    result = study(base).figures("leukemia")
    assert "residuals" in result and not {"roc_pr", "confusion"} & set(result)


def test_several_mistakes_in_one_list_are_all_told(study, base):
    config = {**copy.deepcopy(base), "comparison": {"thresholds": [0, 0.5, 1, "a"]}}
    with pytest.raises(UserError) as error:
        study(config)
    told = str(error.value).splitlines()
    assert [line.partition(":")[0] for line in told] == [
        f"comparison.thresholds[{at}]" for at in (0, 2, 3)
    ]


def test_the_fast_reader_of_yaml_reads_the_same(root):
    files = [*(root / "workflow" / "catalog").rglob("*.yaml"), root / "config" / "config.yaml"]
    for file in files:
        assert read_yaml(file) == yaml.safe_load(file.read_text(encoding="utf-8")), file


def test_a_sheet_may_be_a_file_with_the_column_of_the_samples(study, base):
    plain = study(copy.deepcopy(base))
    dataset = base["datasets"]["leukemia"]
    path = dataset["samples"]
    dataset["samples"] = {"file": path}
    same = study(copy.deepcopy(base))
    assert same.slices.import_setting("leukemia") == plain.slices.import_setting("leukemia")
    dataset["samples"] |= {"id": "nr", "match": "r_names"}
    dataset["outcome"]["missing"] = "drop"
    other = study(copy.deepcopy(base))
    assert other.sheets("leukemia") == [path]
    setting = json.loads(other.slices.import_setting("leukemia"))
    assert (setting["sheet"], setting["match"]) == ({"id": "nr"}, "r_names")
    checks = json.loads(other.slices.data_check_setting("leukemia"))
    assert (checks["sheet"], checks["missing"]) == ({"id": "nr"}, "drop")


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        ({"file": "nowhere.tsv"}, "datasets.leukemia.samples.file: 'nowhere.tsv' does not exist"),
        ({"id": "x"}, "datasets.leukemia.samples.file: missing"),
        ({"file": "x", "idd": "x"}, "samples.idd: no such key. Did you mean 'id'?"),
        (5, 'datasets.leukemia.samples: 5 is not text or a mapping: write "5", in quotes'),
        ("a{b", "datasets.leukemia.samples: 'a{b' is not a possible path"),
        ({"file": "a{b"}, "datasets.leukemia.samples.file: 'a{b' is not a possible path"),
    ],
)
def test_a_wrong_sheet_is_told_with_its_key(study, base, samples, problem):
    base["datasets"]["leukemia"]["samples"] = samples
    with pytest.raises(UserError, match=re.escape(problem)):
        study(base)
