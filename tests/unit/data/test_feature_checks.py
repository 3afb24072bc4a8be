"""Checks of the features: what they report, and what they ignore."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from omc.data.checked import CheckedData
from omc.data.checking import all_checks, checked
from omc.data.checks import near_duplicates, separating_feature
from omc.data.importing import DEVELOPMENT
from omc.data.matrix import write_h5ad

N = 60


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def report(tmp_path):
    """Rows (status, value, advice) of all checks of a data set, by code."""

    def of(x, y, cohort=None, layers=None, groups=None, normalised=()):
        n = len(y)
        samples = [f"S{i}" for i in range(len(x))]
        layers = ["genes"] * x.shape[1] if layers is None else layers
        write_h5ad(tmp_path / "data.h5ad", x, samples, [f"f{j}" for j in range(x.shape[1])], layers)
        y = np.asarray(y)
        rows = pd.DataFrame(
            {
                "sample": samples,
                "outcome": [*y, *([y[0]] * (len(x) - n))],
                "group": "" if groups is None else groups,
                "cohort": [DEVELOPMENT] * n + ["new"] * (len(x) - n),
            }
        ).astype(str)
        splits = [
            {"split": f"f{k}", "sample": sample, "role": "test" if i % 5 == k else "train"}
            for k in range(5)
            for i, sample in enumerate(samples[:n])
        ]
        task = "regression" if y.dtype.kind == "f" else "classification"
        sheet = pd.DataFrame({"y": y.astype(str)}, index=samples[:n])
        path = str(tmp_path / "data.h5ad")
        data = CheckedData(task, "y", None, sheet, rows, path, splits, normalised=list(normalised))
        by_code = {}
        for code, *row in checked(data):
            by_code.setdefault(code, []).append(tuple(row))
        return by_code

    return of


def expression(rng, samples=N, features=400):
    """Features that share three hidden factors."""
    factors = rng.normal(size=(samples, 3)) @ rng.normal(size=(3, features))
    return factors + rng.normal(size=(samples, features))


def classes(samples=N):
    return np.array(["case", "control"])[np.arange(samples) // 2 % 2]


def status(report, code):
    return report[code][0][0]


FEATURE_CHECKS = [
    "missing_values", "constant_features", "layer_presence", "missingness", "outcome_copy",
    "separating_feature", "near_duplicates",
]  # fmt: skip


@pytest.mark.parametrize("y", [classes(), np.random.default_rng(1).normal(size=N)])
def test_noise_raises_no_alarm(report, rng, y):
    x = expression(rng, N + 10)
    x[rng.random(x.shape) < 0.03] = np.nan
    x[:N][rng.random(N) < 0.3, 300:] = np.nan
    rows = report(x, y, layers=["genes"] * 300 + ["proteins"] * 100)
    assert {code: status(rows, code) for code in FEATURE_CHECKS} == dict.fromkeys(
        FEATURE_CHECKS, "ok"
    )


def test_a_layer_that_one_class_lacks_is_found(report, rng):
    y, x = classes(), expression(rng)
    lacking = (y == "case") & (rng.random(N) < 0.6)
    x[lacking, 300:] = np.nan
    rows = report(x, y, layers=["genes"] * 300 + ["proteins"] * 100)
    found, value, advice = rows["layer_presence"][0]
    assert found == "warning" and "0% of control" in value and value.startswith("proteins: missing")
    assert "join: inner" in advice
    # The gaps of the lacking samples are not reported a second time.
    assert status(rows, "missingness") == "ok"


def test_a_layer_that_low_values_lack_is_found_in_a_regression(report, rng):
    y, x = rng.normal(size=N), expression(rng)
    x[(y < 0) & (rng.random(N) < 0.6), 300:] = np.nan
    rows = report(x, y, layers=["genes"] * 300 + ["proteins"] * 100)
    assert status(rows, "layer_presence") == "warning"


def test_gaps_of_one_feature_and_of_all_are_found(report, rng):
    y, x = classes(), expression(rng)
    x[(y == "case") & (rng.random(N) < 0.7), 5] = np.nan
    found, value, advice = report(x, y)["missingness"][0]
    assert found == "warning" and value.startswith("f5, missing in ") and "max_missing" in advice
    x = expression(rng)
    x[rng.random(x.shape) < np.where(y == "case", 0.06, 0.02)[:, None]] = np.nan
    found, value, _ = report(x, y)["missingness"][0]
    assert found == "warning" and value.startswith("gaps per sample in genes")


def test_many_missing_values_and_constant_features(report, rng):
    x = expression(rng, features=10)
    x[:, :3] = 1
    x[:, 3:6] = np.where(rng.random((N, 3)) < 0.9, np.nan, x[:, 3:6])
    rows = report(x, classes())
    assert rows["constant_features"][0][:2] == ("warning", "30.0% of the features")
    assert status(rows, "missing_values") == "warning"
    assert rows["near_duplicates"][0][0] == "skipped"


@pytest.mark.parametrize("kind", ["exact", "noisy", "cohort"])
def test_near_duplicates_are_found(report, rng, kind):
    x = expression(rng, N + 10)
    target = N + 3 if kind == "cohort" else 11
    noise = 0 if kind == "exact" else np.sqrt(1 / 0.98**2 - 1)
    x[target] = x[4] + noise * x.std(axis=0) * rng.normal(size=x.shape[1])
    found, value, advice = report(x, classes())["near_duplicates"][0]
    assert found == "warning" and "same specimen or subject" in advice
    pair = f"(S4 and S{target})"
    assert value == f"1 pair nearly the same, 1 of them on both sides of a split {pair}"


@pytest.mark.parametrize(
    ("dataset", "orientation"),
    [("leukemia", "expression"), ("bcr_abl", "expression"), ("obesity", "counts"),
     ("gasoline", "spectra"), ("nutrimouse", "genes"), ("nutrimouse", "lipids")],
)  # fmt: skip
def test_no_samples_of_the_examples_are_taken_for_duplicates(root, dataset, orientation):
    path = root / "resources" / dataset / f"{orientation}.tsv.gz"
    table = pd.read_csv(path, sep="\t", index_col=0)
    sheet = pd.read_csv(root / "resources" / dataset / "samples.tsv", sep="\t", dtype=str)
    table = table.T if len(table) != len(sheet) else table
    if dataset == "obesity":
        table = np.log1p(table)
        subject = sheet.set_index("sample")["subject"].loc[table.index.astype(str)]
    ranks = table.rank().to_numpy()
    z = (ranks - ranks.mean(axis=0)) / np.where(np.ptp(ranks, axis=0) > 0, ranks.std(axis=0), 1)
    pairs = near_duplicates.near_pairs(near_duplicates.reduced(z @ z.T, z.shape[1]))
    if dataset == "obesity":
        # Two samples of one subject may be alike: they are in one group.
        pairs = [(i, j) for i, j in pairs if subject.iloc[i] != subject.iloc[j]]
    assert pairs == []


def test_pairs_count_where_a_split_parts_them():
    rows = [("r01f01", "a", "train"), ("r01f01", "b", "test"), ("r01f02", "a", "test")]
    rows += [("r01f02", "b", "test"), ("r01f02", "c", "train"), ("r01f02", "d", "train")]
    rows += [("final", "d", "train"), ("final", "c", "train"), ("final", "e", "test")]
    splits = [dict(zip(("split", "sample", "role"), row, strict=True)) for row in rows]
    pairs = [("a", "b"), ("c", "d"), ("d", "e")]
    parted = near_duplicates.separated(pairs, splits, {"e"})
    assert parted == [("a", "b"), ("d", "e")]


def test_a_feature_that_separates_alone_is_found(report, rng):
    y, x = classes(), expression(rng)
    x[:, 7] = (y == "case") + 0.2 * rng.normal(size=N)
    rows = report(x, y)
    found, value, advice = rows["separating_feature"][0]
    assert found == "warning" and value.startswith("f7: ROC AUC 1.000 for case by itself")
    assert "known only because the outcome is" in advice and status(rows, "outcome_copy") == "ok"
    # A skewed feature, such as the dose of a drug that only cases get.
    x[:, 7] = (y == "case") * rng.exponential(size=N)
    assert report(x, y)["separating_feature"][0][1].startswith("f7: ROC AUC 1.000 for case")


def test_genes_that_nearly_separate_leukemia_are_no_alarm(root, report):
    folder = root / "resources" / "leukemia"
    table = pd.read_csv(folder / "expression.tsv.gz", sep="\t", index_col=0).T
    y = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0)["subtype"].loc[table.index]
    found, value, _ = report(table.to_numpy(), y)["separating_feature"][0]
    assert (found, value) == ("ok", "no feature stands out: the best has ROC AUC 1.000 by itself")


def test_one_of_few_features_needs_no_tail(report, rng):
    y, x = classes(), rng.normal(size=(N, 5))
    assert status(report(x, y), "separating_feature") == "ok"
    x[:, 2] = (y == "case") + 0.1 * rng.normal(size=N)
    assert report(x, y)["separating_feature"][0][1].startswith("f2: ROC AUC 1.000")


def test_the_gap_in_front_of_an_exponential_tail_has_an_f_distribution():
    rng, small = np.random.default_rng(6), 0
    for _ in range(400):
        strength = rng.exponential(size=200)
        small += separating_feature.leading(-np.expm1(-strength / 49), 100)[1] < 0.05 / 5
    assert small / 400 < 0.08


def test_a_copy_of_the_outcome_is_found(report, rng):
    y, x = classes(), expression(rng)
    x[:, 3], x[:, 8] = np.where(y == "case", 2, 7), rng.integers(2, size=N)
    found, value, advice = report(x, y)["outcome_copy"][0]
    assert found == "warning" and value.startswith("f3: known from the outcome alone")
    assert "remove it" in advice
    number = rng.normal(size=N)
    x[:, 3] = -np.exp(number)
    assert report(x, number)["outcome_copy"][0][1].startswith("f3: ")
    # Four samples are copied by chance.
    x = rng.integers(2, size=(12, 400)).astype(float)
    assert status(report(x, np.repeat(["case", "control"], [2, 10])), "outcome_copy") == "ok"


def test_raw_counts_are_alarmed_unless_libraries_are_equal(report, rng):
    y = np.repeat(["a", "b"], N // 2)
    counts = rng.poisson(30, (N, 40)) * rng.integers(1, 5, (N, 1))
    ((status, value, advice),) = report(counts.astype(float), y)["raw_counts"]
    assert status == "warning" and value.startswith("genes: whole numbers; the sums")
    assert "transform of layer genes to cpm_log2" in advice
    layers = ["genes"] * 30 + ["sites"] * 10
    assert report(counts.astype(float), y, layers=layers)["raw_counts"][0][1].startswith("genes")
    rarefied = rng.multinomial(5000, np.full(40, 1 / 40), N)
    few, genotypes = counts[:, :10], rng.integers(0, 3, (N, 40))
    for values in (np.log2(counts + 1), rarefied, few, genotypes, counts - 50):
        assert report(values.astype(float), y)["raw_counts"][0][0] == "ok"


def test_counts_that_fits_normalise_are_checked_as_counts_per_million(rng, tmp_path, monkeypatch):
    monkeypatch.setattr("omc.data.checked.COLUMNS", 7)
    counts = rng.poisson(30, (N, 40)) * rng.integers(1, 5, (N, 1)).astype(float)
    counts[3, :30], counts[4, 2] = np.nan, np.nan
    names, path = [f"S{i}" for i in range(N)], str(tmp_path / "data.h5ad")
    layers = ["genes"] * 30 + ["sites"] * 10
    write_h5ad(path, counts, names, [f"f{j}" for j in range(40)], layers)
    # Development's samples come first.
    rows = pd.DataFrame({"sample": names, "cohort": ["new"] * 10 + [DEVELOPMENT] * (N - 10)})
    data = CheckedData("classification", "y", None, rows, rows, path, normalised=["genes"])
    values = np.hstack([block.values for block in data.blocks()])
    order = np.r_[10:N, :10]
    genes, sites = np.split(counts[order], [30], axis=1)
    with np.errstate(invalid="ignore"):
        per_million = genes / np.nansum(genes, axis=1)[:, None] * 1e6
    np.testing.assert_allclose(values[:, :30], np.log2(per_million + 1), rtol=1e-14)
    np.testing.assert_array_equal(values[:, 30:], sites)


def test_counts_that_fits_normalise_raise_no_alarm(report, rng):
    y = np.repeat(["a", "b"], N // 2)
    counts = (rng.poisson(30, (N, 40)) * rng.integers(1, 5, (N, 1))).astype(float)
    assert report(counts, y)["raw_counts"][0][0] == "warning"
    assert report(counts, y, normalised=["genes"])["raw_counts"][0][0] == "ok"


def test_names_that_a_spreadsheet_turned_into_dates():
    check = all_checks()["date_names"].check
    data = SimpleNamespace(features=["2-Sep", "SEPT2", "genes:Mar-01", "1-Mrz", "7", "2023-09-02"])
    ((status, value, _),) = check(data, None)
    assert (
        status == "warning" and value.startswith("4 feature name(s)") and "2-Sep, Mar-01" in value
    )
    data.features = [
        "2023-09-02 00:00:00",
        "02-Sep-23",
        "genes:2-Sep-2023",
        "rna:2023-09-02 00:00:00",
    ]
    assert check(data, None)[0][1].startswith("4 feature name(s)")
    assert (
        check(SimpleNamespace(features=["SEPT2", "HLA-A", "1007_s_at", "2-5A"]), None)[0][0] == "ok"
    )
