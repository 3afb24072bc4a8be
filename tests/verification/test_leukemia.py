"""Leukemia's published .632+ errors, combined from bootstrap samples that the workflow trains."""

import gzip

import pandas as pd
import pytest

SOURCE = (
    "Leukemia: .632+ bootstrap errors",
    """Díaz-Uriarte & Alvarez de Andrés 2006, BMC Bioinformatics 7:3, doi:10.1186/1471-2105-7-3,
    table 2: 38 samples, 3,051 genes, 200 bootstrap samples; the 200 genes with the largest F
    statistic of each bootstrap sample, but all genes for the random forest. Here: `scheme:
    bootstrap`, which draws within each class, as varSelRFBoot does in the authors' R package
    varSelRF for random forests; that they also did so for SVM, kNN and DLDA is an inference.
    With samples drawn from all classes together, as this workflow did before it followed that
    protocol, the errors were .023 and .025 (SVM in Python and R), .038 and .039 (kNN), .028
    (DLDA), .070 and .066 (random forest); those of the SVM in R and of both forests lay outside.
    The errors are combined by the .632+ estimator of Efron & Tibshirani 1997 (JASA 92:548,
    doi:10.1080/01621459.1997.10474007) from the labels in `predictions.csv`; the resubstitution
    error is that of the final model on an external cohort that consists of its own training
    samples. The linear SVMs have C = 1, and k of kNN (1 to 9) is chosen by five inner folds.
    Neither scikit-learn nor caret has diagonal linear discriminant analysis (DLDA) by that name:
    it is `tests/verification/diagonal_lda.py`, given by its dotted name. The authors grew 5,000
    trees on 200 bootstrap samples; here there are 500 on 100. Repeating the 200 bootstrap
    samples changed the first five numbers with a standard deviation of .002 to .004, all in the
    same direction, as they share these samples; repeating the 100 of the forests changed theirs
    with one of .006 (in both cases drawn from all classes together). The published numbers have
    such an error too.""",
)
AGAIN = "resubstitution"
SVM = {"name": "svm_linear", "grid": {"C": [1.0]}}
DLDA = {"name": "dlda", "estimator": "diagonal_lda.DiagonalLDA"}
NEIGHBOURS = [9, 7, 5, 3, 1]


def data_set(root, folder):
    """Leukemia, and a cohort of its samples under other names, in files of `folder`."""
    source = root / "resources" / "leukemia"
    with gzip.open(source / "expression.tsv.gz", "rt", encoding="utf-8") as file:
        feature, *samples = file.readline().rstrip("\n").split("\t")
        header = "\t".join([feature, *(f"again {sample}" for sample in samples)])
        (folder / "again.tsv").write_text(f"{header}\n{file.read()}", encoding="utf-8")
    sheet = pd.read_csv(source / "samples.tsv", sep="\t", dtype=str)
    sheet["sample"] = "again " + sheet["sample"]
    sheet.to_csv(folder / "again_samples.tsv", sep="\t", index=False)
    layer = {"table": str(source / "expression.tsv.gz"), "orientation": "features_in_rows"}
    cohort = {"samples": "again_samples.tsv", "layers": {"expression": {"table": "again.tsv"}}}
    return {
        "layers": {"expression": layer},
        "samples": str(source / "samples.tsv"),
        "outcome": {"column": "subtype", "task": "classification", "positive": "AML"},
        "cohorts": {AGAIN: cohort},
    }


def errors(workflow, models, repeats, inner_folds=2, selection=None):
    """{language/model: .632+ error} of a run."""
    config = {
        "datasets": {"leukemia": data_set(workflow.root, workflow.folder)},
        "resampling": {"scheme": "bootstrap", "repeats": repeats, "inner_folds": inner_folds},
        "selection": selection or {"method": "anova", "features": 200},
        "tuning": {"metric": {"classification": "accuracy"}},
        "models": models,
    }
    own = str(workflow.root / "tests" / "verification")
    target = "results/leukemia/predictions.csv"
    process = workflow.compare(config, "--", target, PYTHONPATH=own)
    assert process.returncode == 0, process.stderr
    table = pd.read_csv(workflow.path(target), dtype=str)
    by_model = table.groupby(["language", "model"], sort=False)
    return {"/".join(name): error_632_plus(part, repeats) for name, part in by_model}


def error_632_plus(predictions, repeats):
    """The .632+ error of one model's rows of predictions.csv (Efron & Tibshirani 1997)."""
    of_cohort = predictions.groupby("cohort")
    again, out = of_cohort.get_group(AGAIN), of_cohort.get_group("development")
    assert out["split"].nunique() == repeats
    assert out["sample"].nunique() == len(again)
    resubstitution = (again["truth"] != again["predicted"]).mean()
    wrong = out["truth"] != out["predicted"]
    out_of_bag = wrong.groupby(out["sample"]).mean().mean()
    # The error if truth and prediction had nothing to do with each other.
    share = {
        column: again[column].value_counts(normalize=True) for column in ("truth", "predicted")
    }
    no_information = 1 - share["truth"].mul(share["predicted"], fill_value=0).sum()
    bounded = min(out_of_bag, no_information)
    overfitting = 0.0
    if bounded > resubstitution:
        overfitting = (bounded - resubstitution) / (no_information - resubstitution)
    weight = 0.632 / (1 - 0.368 * overfitting)
    return (1 - weight) * resubstitution + weight * bounded


@pytest.mark.verification
def test_200_genes(workflow, report):
    models = {
        "python": [SVM, {"name": "knn", "grid": {"n_neighbors": NEIGHBOURS}}, DLDA],
        "r": [
            {"name": "svmLinear", "grid": {"C": [1]}},
            {"name": "knn", "grid": {"k": NEIGHBOURS}},
        ],
    }
    found = errors(workflow, models, repeats=200, inner_folds=5)
    report.trained_by(workflow.path("results"))
    section = report.section(*SOURCE)
    for name, label, published in (
        ("python/svm_linear", "SVM, Python", 0.014),
        ("r/svmLinear", "SVM, R", 0.014),
        ("python/knn", "kNN, Python", 0.029),
        ("r/knn", "kNN, R", 0.029),
        ("python/dlda", "DLDA, Python", 0.020),
    ):
        section.check(label, found[name], published, tolerance=0.01)


@pytest.mark.verification
def test_random_forest_on_all_genes(workflow, report):
    models = {
        # At this cost one job trains all splits.
        "python": [{"name": "random_forest", "grid": {"max_features": ["sqrt"]}, "cost": "medium"}],
        "r": [{"name": "rf", "grid": {"mtry": [55]}, "params": {"ntree": 500}}],
    }
    found = errors(workflow, models, repeats=100, selection={"method": "none"})
    report.trained_by(workflow.path("results"))
    section = report.section(*SOURCE)
    for name, label in (
        ("python/random_forest", "random forest, Python"),
        ("r/rf", "random forest, R"),
    ):
        section.check(label, found[name], 0.051, tolerance=0.01)


@pytest.mark.slow
def test_200_genes_in_short(workflow):
    found = errors(workflow, {"python": [SVM, DLDA]}, repeats=20)
    assert found["python/svm_linear"] == pytest.approx(0.014, abs=0.03)
    assert found["python/dlda"] == pytest.approx(0.020, abs=0.03)


def test_632_plus_by_hand():
    """Four samples; the first is always wrong, and the third in every second bootstrap sample."""
    rows = [(AGAIN, "final", s, t, t) for s, t in zip("abcd", "xxyy", strict=True)]
    rows += [("development", split, "a", "x", "y") for split in ("1", "2")]
    rows += [("development", "1", "b", "x", "x"), ("development", "2", "d", "y", "y")]
    rows += [("development", "1", "c", "y", "x"), ("development", "2", "c", "y", "y")]
    columns = ["cohort", "split", "sample", "truth", "predicted"]
    # Out of bag (1 + 0 + 1/2 + 0) / 4 = .375; resubstitution 0; no information .5: overfitting .75.
    expected = 0.632 / (1 - 0.368 * 0.75) * 0.375
    assert error_632_plus(pd.DataFrame(rows, columns=columns), 2) == pytest.approx(expected)
