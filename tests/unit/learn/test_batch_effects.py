"""Correction for lab batches: ComBat as in sva, nothing of the test rows, the same in R."""

import re
import subprocess

import numpy as np
import pandas as pd
import pytest
from permute_labels import main

from omc.core.errors import UserError
from omc.core.tables import SHEET_COLUMNS, SPLITS
from omc.data.matrix import write_h5ad
from omc.learn.batch import Data
from omc.learn.batch_effects import LabBatches, learn_effects, remove_effects
from omc.learn.label_permutation import permuted
from omc.learn.preprocessing import apply_fit, learn, learn_all, read_fits

SETTING = {
    "max_missing": 0.3, "impute": "median", "scale": "standard", "method": "anova", "features": 9,
}  # fmt: skip
BATCH = {
    "column": "plate", "method": "combat", "covariates": [], "unseen": "error",
    "layers": ["genes"], "dataset": "study",
}  # fmt: skip

SVA = """
suppressMessages({library(sva); library(bladderbatch)})
data(bladderdata)
x <- exprs(bladderEset)[1:600, ]
p <- pData(bladderEset)
single <- c(which(p$batch != 1), which(p$batch == 1)[1])
tables <- list(
  x = x, plain = ComBat(x, p$batch), protected = ComBat(x, p$batch, model.matrix(~ cancer, p)),
  single = ComBat(x[, single], p$batch[single])
)
for (name in names(tables)) write.csv(t(tables[[name]]), sprintf("%s.csv", name))
write.csv(p, "samples.csv")
"""


def coded(labels, *terms):
    """Lab batches from their labels."""
    names, level = np.unique(labels, return_inverse=True)
    samples = np.array([f"s{i}" for i in range(len(level))], dtype=object)
    terms = np.stack([np.ones(len(level)), *terms], axis=1).astype(float)
    return LabBatches(samples, list(names), level, terms)


def corrected(x, lab, method):
    x = np.asfortranarray(x)
    blocks = [(at, x[:, at]) for at in np.array_split(np.arange(x.shape[1]), 3)]
    return remove_effects(x, learn_effects(blocks, x.shape[1], lab, method), lab)


def test_combat_is_that_of_sva(tmp_path):
    found = "quit(status = !all(c('sva', 'bladderbatch') %in% rownames(installed.packages())))"
    if subprocess.run(["Rscript", "--vanilla", "-e", found], check=False).returncode:
        pytest.skip("the R packages sva and bladderbatch are missing")
    subprocess.run(
        ["Rscript", "--vanilla", "-e", SVA], check=True, cwd=tmp_path, capture_output=True
    )
    of = {path.stem: pd.read_csv(path, index_col=0) for path in tmp_path.glob("*.csv")}
    samples, x = of.pop("samples"), of.pop("x")
    levels = [samples["cancer"] == name for name in sorted(samples["cancer"].unique())[1:]]
    cases = {"plain": (x.index, []), "protected": (x.index, levels)}
    cases["single"] = of["single"].index, []
    for name, (rows, terms) in cases.items():
        lab = coded(samples.loc[rows, "batch"], *terms)
        result = corrected(x.loc[rows].to_numpy(), lab, "combat")
        np.testing.assert_allclose(result, of[name].to_numpy(), atol=1e-10)
        assert np.abs(result - x.loc[rows].to_numpy()).max() > 1


def test_mean_and_residualise_remove_what_is_linear():
    rng = np.random.default_rng(0)
    plate, age = np.repeat(list("abc"), 10), rng.normal(50, 9, size=30)
    x = rng.normal(size=(30, 7)) + 3 * (plate == "b")[:, None] + 0.2 * age[:, None]
    centred = corrected(x, coded(plate), "mean")
    for level in "abc":
        np.testing.assert_allclose(centred[plate == level].mean(axis=0), x.mean(axis=0))
    adjusted = corrected(x, coded(plate, age), "residualise")
    design = np.column_stack([plate == "a", plate == "b", plate == "c", age]).astype(float)
    residual = x - design @ np.linalg.lstsq(design, x, rcond=None)[0]
    np.testing.assert_allclose(adjusted, residual + x.mean(axis=0), atol=1e-9)


def test_what_cannot_be_adjusted_stays_as_it_is():
    rng = np.random.default_rng(0)
    x, plate = rng.normal(size=(20, 5)), np.repeat(["a", "b"], 10)
    x[:10, 3] = 1.5
    known = coded(plate)
    lab = LabBatches(known.samples, ["a", "b", "new"], known.level, known.terms)
    effects = learn_effects([(np.arange(5), x)], 5, lab, "combat")
    result = remove_effects(x, effects, lab)
    np.testing.assert_array_equal(result[:, 3], x[:, 3])
    assert np.abs(result - x)[:, [0, 1, 2, 4]].min() > 0
    of_new = LabBatches(lab.samples, lab.names, np.full(20, 2), lab.terms)
    np.testing.assert_array_equal(remove_effects(x, effects, of_new), x)
    one = learn_effects([(np.arange(1), x[:, :1])], 1, lab, "combat")
    assert np.isfinite(one).all()


def study(folder, batch=BATCH, change=lambda x, sheet: None, **setting):
    """A data set of 40 samples on three plates, in two splits, and its preprocessing.

    change: alters the values (40, 30) and the sheet, whose samples 0 to 9 are tested first, and 10
    to 19 after them.
    """
    folder.mkdir()
    rng = np.random.default_rng(5)
    names = [f"s{i}" for i in range(40)]
    sheet = pd.DataFrame({"sample": names, "outcome": ["x", "y"] * 20, "group": ""})
    sheet["cohort"] = "development"
    sheet["plate"], sheet["sex"] = np.tile(["p1", "p1", "p2", "p3"], 10), ["m", "f", "f", "m"] * 10
    sheet["age"] = rng.integers(30, 80, size=40).astype(str)
    x = rng.normal(size=(40, 30)) + 2 * (sheet["plate"] == "p2").to_numpy()[:, None]
    x[rng.random(x.shape) < 0.05] = np.nan
    x[:, 29] = rng.integers(0, 2, size=40)
    change(x, sheet)
    columns = {"lab_batch": sheet[batch["column"]].to_numpy()} if batch else {}
    for number, name in enumerate(batch["covariates"] if batch else [], start=1):
        columns[f"covariate_{number}"] = sheet[name].to_numpy()
    paths = {name: str(folder / name) for name in ("data", "samples", "splits", "fits")}
    features = [f"g{i}" for i in range(30)]
    layers = ["genes"] * 28 + ["clinical"] * 2
    write_h5ad(paths["data"], x, names, features, layers, columns)
    sheet[SHEET_COLUMNS].to_csv(paths["samples"], sep="\t", index=False)
    rows = [
        [split, 1, fold, f"s{i}", "test" if i in test else "train", "" if i in test else i // 2 % 3]
        for fold, (split, test) in enumerate({"r01f01": range(10), "r01f02": range(10, 20)}.items())
        for i in range(40)
    ]
    table = pd.DataFrame(rows, columns=SPLITS)
    table["inner_fold"] = table["inner_fold"].map(lambda fold: fold if fold == "" else fold + 1)
    table.to_csv(paths["splits"], index=False)
    tops = {"genes": 20, "clinical": None}
    setting = {**SETTING, "top_variance": tops, "baseline": ["clinical"], **setting}
    learn_all(
        *(paths[name] for name in ("data", "samples", "splits")),
        setting | ({"batch": batch} if batch else {}), "classification", paths["fits"],
    )  # fmt: skip
    return paths


def parts_of(fit):
    return {name: part.tobytes() for name, part in vars(fit).items() if part is not None}


@pytest.mark.parametrize("method", ["combat", "residualise"])
def test_nothing_of_the_test_rows_is_learned(tmp_path, method):
    batch = {**BATCH, "method": method, "covariates": ["sex", "age"]}

    def change(x, sheet):
        x[:10] = 1e3 * np.arange(30) + np.arange(10)[:, None]
        # Lab batches and covariates change too, but no level disappears or appears.
        for name in ("plate", "sex", "age"):
            sheet.loc[:9, name] = sheet.loc[:9, name].to_numpy()[::-1]

    before = read_fits(study(tmp_path / "before", batch)["fits"])[0]
    after = read_fits(study(tmp_path / "after", batch, change)["fits"])[0]
    assert len(before) == 8
    for key, fit in before.items():
        same = parts_of(fit) == parts_of(after[key])
        assert same == (key[0] == "r01f01"), key
        assert fit.effects.shape[1:] == (3, 4)


def test_new_levels_in_test_rows_change_no_effect_of_others(tmp_path):
    batch = {**BATCH, "covariates": ["sex"], "unseen": "uncorrected"}

    def change(x, sheet):
        sheet.loc[:9, "plate"], sheet.loc[:4, "sex"] = "p0", "other"

    before = read_fits(study(tmp_path / "before", batch)["fits"])[0]["r01f01", 0]
    after = read_fits(study(tmp_path / "after", batch, change)["fits"])[0]["r01f01", 0]
    # p0 is the first of four plates, and the terms are 1, sex: m and, after the change, sex: other.
    assert before.effects.shape[1:] == (3, 3) and after.effects.shape[1:] == (4, 4)
    assert (after.effects[:, 0] == [0, 0, 0, 1]).all()
    np.testing.assert_array_equal(before.index, after.index)
    np.testing.assert_allclose(before.center, after.center)


def test_only_what_is_asked_for_is_corrected(tmp_path):
    fits = read_fits(study(tmp_path / "a")["fits"])[0]
    fit = fits["r01f01", 0]
    of_clinical = fit.index >= 28
    assert of_clinical.sum() == 2
    assert (fit.effects[of_clinical] == [0, 1]).all()
    assert (fit.effects[~of_clinical] != [0, 1]).all()
    plain = read_fits(study(tmp_path / "b", batch=None)["fits"])[0]["r01f01", 0]
    assert plain.effects is None
    np.testing.assert_array_equal(plain.fill[plain.index >= 28], fit.fill[of_clinical])


def test_a_lab_batch_that_training_lacks(tmp_path, capsys):
    def change(x, sheet):
        sheet.loc[3, "plate"] = "p9"

    fix = "datasets.study.stratify_by: [plate]), or set unseen: uncorrected"
    expected = (
        r"preprocessing.batch.unseen: study, split r01f01: 1 sample\(s\) of lab batch p9 \(s3"
    )
    with pytest.raises(UserError, match=f"{expected}.*{re.escape(fix)}"):
        study(tmp_path / "a", change=change)
    capsys.readouterr()
    files = study(tmp_path / "b", {**BATCH, "unseen": "uncorrected"}, change)
    printed = capsys.readouterr().out
    assert "split r01f01: 1 sample(s) of lab batch p9 stay uncorrected" in printed
    assert "split r01f02, inner fold 2: 1 sample(s) of lab batch p9 stay uncorrected" in printed
    data = Data(files["data"], files["samples"], files["splits"], files["fits"], "classification")
    data.load_batch(["r01f01"])
    fit = data.fits["r01f01", 0]
    values = data.values[3, np.searchsorted(data.columns, fit.index)][None]
    np.testing.assert_array_equal(data.fit_matrix(fit, [3]), apply_fit(values, fit))
    values = data.values[4, np.searchsorted(data.columns, fit.index)][None]
    assert (data.fit_matrix(fit, [4]) != apply_fit(values, fit)).any()


def test_covariates_that_the_lab_batches_determine(tmp_path):
    def change(x, sheet):
        sheet["sex"] = sheet["plate"].map({"p1": "f", "p2": "f", "p3": "m"})

    batch = {**BATCH, "covariates": ["sex"]}
    with pytest.raises(UserError, match="covariates: study, split r01f01.*confounded"):
        study(tmp_path / "a", batch, change)


def test_a_column_of_measurements_is_a_term(tmp_path, capsys):
    batch = {**BATCH, "column": "age", "method": "residualise"}
    files = study(tmp_path / "a", batch)
    assert "'age' is taken as a number" in capsys.readouterr().out
    assert read_fits(files["fits"])[0]["r01f01", 0].effects.shape[1:] == (1, 3)


def test_r_trains_on_the_same_numbers(tmp_path, root):
    batch = {**BATCH, "covariates": ["sex", "age"]}
    files = study(tmp_path / "study", batch)
    script = f"""
        source("{root}/workflow/R/use.R")
        use("batch")
        files <- commandArgs(TRUE)
        batch <- load_batch(files[1], files[2], files[3], files[4], "classification", 1, 1, TRUE)
        x <- fit_matrix(batch, one_fit(batch$fits, "r01f02", 2), c(11, 3, 40, 20))
        writeLines(sprintf("%.17g", x), files[5])
    """
    output = tmp_path / "x.txt"
    paths = [files[name] for name in ("data", "samples", "splits", "fits")]
    (tmp_path / "script.R").write_text(script, encoding="utf-8")
    command = ["Rscript", "--vanilla", str(tmp_path / "script.R"), *paths, str(output)]
    subprocess.run(command, check=True)
    data = Data(*paths, "classification")
    data.load_batch(["r01f01", "r01f02"])
    x = data.fit_matrix(data.fits["r01f02", 2], [10, 2, 39, 19])
    np.testing.assert_array_equal(np.loadtxt(output).reshape(x.shape, order="F"), x)


def test_a_permutation_of_the_labels_is_corrected_too(tmp_path):
    files = study(tmp_path / "study")
    output = {name: str(tmp_path / name) for name in ("samples", "splits", "preprocessing")}
    resampling = {"scheme": "repeated_kfold", "folds": 2, "repeats": 1, "inner_folds": 2}
    setting = {**SETTING, "top_variance": {"genes": None, "clinical": None}, "batch": {**BATCH}}
    main(
        "study/null/001", files["data"], files["samples"], resampling, setting, "classification", 7,
        output,
    )  # fmt: skip
    data = Data(files["data"], *output.values(), "classification")
    data.load_batch(["r01f01"])
    fit, test = data.fits["r01f01", 0], data.split_rows("r01f01")[1]
    assert (fit.effects[fit.index < 28] != [0, 1]).all() and len(data.fit_matrix(fit, test)) == 20


@pytest.mark.parametrize("method", ["combat", "mean"])
def test_permuted_labels_stay_at_chance(method):
    """Nearest centroids after correction and selection, on samples with strong lab batches."""
    rng = np.random.default_rng(1)
    plate = np.tile(list("aaabbc"), 10)
    y = np.where((plate == "a") ^ (rng.random(60) < 0.3), "case", "control")
    x = rng.normal(size=(60, 100)) * (1 + (plate == "b"))[:, None] + 2 * (plate == "c")[:, None]
    layers = [{"name": "x", "columns": np.arange(100), "top_variance": None, "batch": method}]
    lab, right = coded(plate), []
    for _ in range(30):
        labels, fold = permuted(y, None, rng), np.tile(rng.permutation(6), 10) % 3
        for held_out in (fold == f for f in range(3)):
            train = ~held_out
            fit = learn(x[train], labels[train], layers, SETTING, lab.take(train))
            z = apply_fit(x[:, fit.index], fit, lab)
            centres = [z[train & (labels == k)].mean(axis=0) for k in ("case", "control")]
            truth = labels[held_out]
            distance = [((z[held_out] - centre) ** 2).sum(axis=1) for centre in centres]
            is_case = distance[0] < distance[1]
            right += [is_case[truth == "case"].mean(), 1 - is_case[truth == "control"].mean()]
    assert abs(np.mean(right) - 0.5) < 0.03
