"""What other layers add to a baseline, against hand calculations."""

import numpy as np
import pandas as pd
import pytest

from omc.core.csv_files import write_csv
from omc.core.tables import ADDED_VALUE, PREDICTIONS
from omc.evaluate.added_value import added_value
from omc.evaluate.design import design_of
from omc.evaluate.differences import corrected_t

SAMPLES = [f"s{i:02d}" for i in range(20)]
OUTCOME = ["no", "yes"] * 10
MODELS = [("python", "a"), ("r", "b"), ("r", "null")]
VARIANT = {
    "name": "d-clinic", "base": "d", "positive": None, "measures": ["roc_auc", "brier"],
    "baselines": ["r/null"], "other": None, "task": "classification",
}  # fmt: skip


def study(folder, scheme="repeated_kfold", folds=4):
    """Files of a data set and its baseline alone: probabilities of a model are random."""
    rng = np.random.default_rng(1)
    splits = [f"r01f{k + 1:02d}" for k in range(folds)]
    tested = {split: SAMPLES[k::folds] for k, split in enumerate(splits)}
    rows = [
        [split, "1", "1", s, "test" if s in tested[split] else "train", ""]
        for split in splits
        for s in SAMPLES
    ]
    paths = {n: str(folder / f"{n}.csv") for n in ("splits", "samples", "predictions", "variant")}
    write_csv(paths["splits"], ["split", "repeat", "fold", "sample", "role", "inner_fold"], rows)
    sheet = [[s, o, "", "development"] for s, o in zip(SAMPLES, OUTCOME, strict=True)]
    write_csv(paths["samples"], ["sample", "outcome", "group", "cohort"], sheet, "\t")
    metrics = []
    for dataset, kind in (("d", "predictions"), ("d-clinic", "variant")):
        predictions = []
        for language, model in MODELS:
            for split in splits:
                metrics += [
                    [dataset, language, model, split, 1, 1, "development", metric, rng.uniform()]
                    for metric in ("roc_auc", "brier", "mcc")
                ]
                for s in tested[split]:
                    p = round(rng.uniform(), 3)
                    truth = OUTCOME[SAMPLES.index(s)]
                    label = "yes" if p >= 0.5 else "no"
                    cells = [language, model, split, "development", s, truth, label, 1 - p, p]
                    predictions.append(cells)
        header = [*PREDICTIONS, "prob_no", "prob_yes"]
        write_csv(paths[kind], header, predictions)
    header = [
        "dataset",
        "language",
        "model",
        "split",
        "repeat",
        "fold",
        "cohort",
        "metric",
        "value",
    ]
    picks = [
        {"dataset": dataset, "split": split, "language": language, "model": model}
        for dataset in ("d", "d-clinic")
        for split, (language, model) in zip(splits, MODELS[:2] * folds, strict=False)
    ]
    return paths, pd.DataFrame(metrics, columns=header), picks


def table(paths, metrics, picks, scheme="repeated_kfold", thresholds=(0.2,)):
    params = {"scheme": scheme, "seed": 1, "thresholds": list(thresholds)}
    rows = added_value(VARIANT, paths, metrics, picks, params)
    result = pd.DataFrame(rows, columns=ADDED_VALUE)
    return result.set_index(["language", "model", "measure", "threshold"])


def test_a_row_for_every_model_and_for_the_picked_one_but_none_for_what_ignores_features(tmp_path):
    result = table(*study(tmp_path))
    models = {row[:2] for row in result.index}
    assert models == {("python", "a"), ("r", "b"), ("picked", "picked")}
    measures = {row[2:] for row in result.index}
    assert measures == {("roc_auc", ""), ("brier", ""), ("net_benefit", "0.2")}
    assert len(result) == 9 and set(result["method"]) == {"nadeau_bengio"}


def test_the_picked_model_has_the_scores_of_each_splits_pick(tmp_path):
    paths, metrics, picks = study(tmp_path)
    row = table(paths, metrics, picks).loc[("picked", "picked", "roc_auc", "")]
    of = metrics[metrics["metric"] == "roc_auc"].set_index(["dataset", "split", "model"])["value"]
    splits = [pick["split"] for pick in picks[:4]]
    both = [
        [of[dataset, split, MODELS[i % 2][1]] for i, split in enumerate(splits)]
        for dataset in ("d", "d-clinic")
    ]
    sheets = pd.read_csv(paths["splits"]), pd.read_csv(paths["samples"], sep="\t").fillna("")
    design = design_of("repeated_kfold", *sheets)
    df = design.degrees_of_freedom(4, "difference")
    expected = corrected_t(np.subtract(*both), design.ratio, df)
    cells = [float(row[name]) for name in ("difference", "ci_low", "ci_high", "p_value")]
    assert cells == pytest.approx(expected, rel=1e-9)
    assert row["p_adjusted"] == row["p_value"]


def test_net_benefit_counts_wrongly_treated_samples_by_the_odds(tmp_path):
    paths, metrics, picks = study(tmp_path)
    row = table(paths, metrics, picks).loc[("python", "a", "net_benefit", "0.2")]
    values = []
    for kind in ("predictions", "variant"):
        rows = pd.read_csv(paths[kind])
        rows = rows[rows["model"] == "a"]
        treated = rows[rows["prob_yes"] >= 0.2]
        values.append(
            ((treated["truth"] == "yes").sum() - (treated["truth"] == "no").sum() / 4) / 20
        )
    cells = [float(row[name]) for name in ("estimate", "baseline_estimate")]
    assert cells == pytest.approx(values)


def test_p_values_are_adjusted_for_the_models_of_a_measure(tmp_path):
    result = table(*study(tmp_path))
    of_models = result.drop(index=("picked", "picked"))
    for _, part in of_models.groupby(["measure", "threshold"]):
        p = part["p_value"].astype(float)
        assert part["p_adjusted"].astype(float).min() == pytest.approx(min(1, 2 * p.min()))


def test_predictions_that_are_scored_together_are_compared_by_the_bootstrap(tmp_path):
    result = table(*study(tmp_path, folds=20), scheme="leave_one_out")
    assert set(result["method"]) == {"sample_bootstrap"}
    row = result.loc[("r", "b", "net_benefit", "0.2")]
    assert float(row["ci_low"]) < float(row["difference"]) < float(row["ci_high"])
    assert row["n_splits"] == 20
    assert float(result.loc[("picked", "picked", "brier", ""), "p_value"]) > 0


def test_without_picks_or_classes_the_models_remain(tmp_path):
    paths, metrics, _ = study(tmp_path)
    result = table(paths, metrics, [], thresholds=())
    assert {row[:3] for row in result.index} == {
        (*model, measure) for model in MODELS[:2] for measure in VARIANT["measures"]
    }
