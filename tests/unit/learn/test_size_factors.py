"""Size factors: the median of ratios, with nothing of the test rows, the same in R."""

import subprocess

import h5py
import numpy as np
import pandas as pd
import pytest
from permute_labels import main
from scipy import sparse

from omc.core.errors import UserError
from omc.core.names import FINAL
from omc.core.tables import SHEET_COLUMNS, SPLITS
from omc.data.matrix import write_h5ad
from omc.learn.batch import Data
from omc.learn.cutting import cut_data
from omc.learn.new_samples import read_new_samples
from omc.learn.preprocessing import learn_all, read_fits
from omc.learn.size_factors import learn_reference, normalise, read_size_factors, size_factors

SETTING = {
    "max_missing": 0.3, "impute": "median", "scale": "standard", "method": "anova", "features": 15,
    "top_variance": {"genes": 25, "proteins": None},
    "normalised": {"layers": ["genes"], "dataset": "study"},
}  # fmt: skip
GENES, PROTEINS = 40, 6
FILES = ("data", "samples", "splits", "fits")


def simulated():
    """(34, 46) counts of genes and values of proteins, of 30 samples and 4 of a cohort."""
    rng = np.random.default_rng(8)
    depth = rng.lognormal(sigma=0.7, size=34)
    mean = rng.gamma(1, 60, size=GENES) * depth[:, None]
    counts = rng.negative_binomial(3, 3 / (3 + mean)).astype(float)
    # Enough features that all samples have, and one that is mostly zero.
    counts[:, :14] += 1 + rng.poisson(20 * depth)[:, None]
    counts[:, 39] = 0
    counts[1, 39] = 3
    counts[5, 20] = np.nan
    counts[2] = np.nan  # A sample without the layer.
    return np.hstack([counts, rng.normal(size=(34, PROTEINS))])


def study(folder, change=lambda x: None, setting=None, store=np.array):
    """A data set in two splits and `final`, and its preprocessing.

    change: alters the values, whose rows 0 to 9 are tested in r01f01, 10 to 19 in r01f02, and 30 to
    33 are an external cohort.
    """
    folder.mkdir()
    x = simulated()
    change(x)
    names = [f"s{i}" for i in range(30)] + [f"c{i}" for i in range(4)]
    sheet = pd.DataFrame({"sample": names, "outcome": ["x", "y"] * 17, "group": ""})
    sheet["cohort"] = ["development"] * 30 + ["other"] * 4
    paths = {name: str(folder / name) for name in FILES}
    features = [f"genes:g{i}" for i in range(GENES)] + [f"proteins:p{i}" for i in range(PROTEINS)]
    layers = ["genes"] * GENES + ["proteins"] * PROTEINS
    write_h5ad(paths["data"], store(x), names, features, layers)
    sheet[SHEET_COLUMNS].to_csv(paths["samples"], sep="\t", index=False)
    splits = {"r01f01": range(10), "r01f02": range(10, 20), FINAL: range(30, 34)}
    rows = [
        [split, 1, number, names[i], "test" if i in test else "train", "" if i in test else i % 3]
        for number, (split, test) in enumerate(splits.items())
        for i in range(34 if split == FINAL else 30)
    ]
    table = pd.DataFrame(rows, columns=SPLITS)
    table["inner_fold"] = table["inner_fold"].map(lambda fold: fold if fold == "" else fold + 1)
    table.to_csv(paths["splits"], index=False)
    inputs = (paths[name] for name in ("data", "samples", "splits"))
    learn_all(*inputs, setting or SETTING, "classification", paths["fits"])
    return paths


def by_hand(counts, training):
    """(n,) size factors as DESeq's formula says, one sample at a time."""
    kept = [row for row in training if not np.isnan(counts[row]).all()]
    usable = [j for j in range(counts.shape[1]) if all(counts[row, j] > 0 for row in kept)]
    assert 10 <= len(usable) < counts.shape[1]
    reference = [np.mean([np.log(counts[row, j]) for row in kept]) for j in usable]
    factors = []
    for sample in counts:
        ratios = [
            np.log(sample[j]) - r for j, r in zip(usable, reference, strict=True) if sample[j] > 0
        ]
        factors.append(np.exp(np.median(ratios)) if ratios else 1)
    return np.array(factors)


def test_size_factors_are_those_of_the_formula(tmp_path):
    counts = simulated()[:, :GENES]
    fits, _ = read_fits(study(tmp_path / "study")["fits"])
    assert len(fits) == 12
    for (split, fit), learned in fits.items():
        test = {"r01f01": range(10), "r01f02": range(10, 20), FINAL: ()}[split]
        training = [i for i in range(30) if i not in test and (fit == 0 or i % 3 + 1 != fit)]
        expected = by_hand(counts, training)
        np.testing.assert_allclose(learned.size_factors[:, 0], expected, rtol=1e-12)
        np.testing.assert_array_equal(learned.normalised, np.where(learned.index < GENES, 0, -1))
        assert learned.size_factors[2] == 1 and learned.index.max() >= GENES > learned.index.min()


def test_training_samples_have_the_size_factors_of_deseq(tmp_path):
    counts = np.delete(simulated()[:, :GENES], 2, axis=0)
    np.savetxt(tmp_path / "counts.txt", counts.T)
    script = """
        counts <- as.matrix(read.table("counts.txt"))
        loggeomeans <- rowMeans(log(counts))
        sf <- apply(counts, 2, function(cnts) {
          exp(median((log(cnts) - loggeomeans)[is.finite(loggeomeans) & cnts > 0]))
        })
        writeLines(sprintf("%.17g", sf), "factors.txt")
    """
    (tmp_path / "script.R").write_text(script, encoding="utf-8")
    subprocess.run(["Rscript", "--vanilla", "script.R"], check=True, cwd=tmp_path)
    index = np.arange(GENES)
    result = size_factors(counts, index, learn_reference(counts, index))
    np.testing.assert_allclose(result, np.loadtxt(tmp_path / "factors.txt"), rtol=1e-12)


def test_models_see_the_log2_of_normalised_counts_before_anything_else(tmp_path):
    files = study(tmp_path / "study")
    data = Data(*files.values(), "classification")
    data.load_batch(["r01f02"])
    fit, rows = data.fits["r01f02", 1], [0, 2, 5, 12, 33]
    x, factors = simulated(), data.fits["r01f02", 1].size_factors
    expected = x[rows]
    expected[:, :GENES] = np.log2(expected[:, :GENES] / factors[rows] + 1)
    expected = expected[:, fit.index]
    missing = np.isnan(expected)
    expected = (np.where(missing, fit.fill, expected) - fit.center) / fit.scale
    np.testing.assert_allclose(data.fit_matrix(fit, rows), expected, atol=1e-12)
    training = [i for i in range(30) if i not in range(10, 20) and i % 3 and i != 2]
    values = np.log2(x[training, :GENES] / factors[training] + 1)
    genes = fit.index < GENES
    fills = np.nanmedian(values, axis=0)[fit.index[genes]]
    np.testing.assert_allclose(fit.fill[genes], fills, rtol=1e-12)


def test_nothing_of_the_test_rows_is_learned(tmp_path):
    def change(x):
        x[3, :GENES] = 1e4 + 7 * np.arange(GENES)
        x[4, :12] = 0

    before, _ = read_fits(study(tmp_path / "before")["fits"])
    after, _ = read_fits(study(tmp_path / "after", change)["fits"])
    others = np.setdiff1d(np.arange(34), [3, 4])
    for key, fit in before.items():
        changed = after[key]
        same = (
            all(
                getattr(fit, name).tobytes() == getattr(changed, name).tobytes()
                for name in ("index", "fill", "center", "scale", "rank", "normalised")
            )
            and fit.size_factors[others].tobytes() == changed.size_factors[others].tobytes()
        )
        # Row 3 is in inner fold 1, row 4 in inner fold 2.
        assert same == (key[0] == "r01f01"), key
        assert (fit.size_factors[[3, 4]] != changed.size_factors[[3, 4]]).all()


def test_a_cohort_changes_nothing_but_its_own_size_factors(tmp_path):
    def change(x):
        x[30:, :GENES] *= 3

    before, _ = read_fits(study(tmp_path / "before")["fits"])
    after, _ = read_fits(study(tmp_path / "after", change)["fits"])
    for key, fit in before.items():
        np.testing.assert_array_equal(fit.size_factors[:30], after[key].size_factors[:30])
        np.testing.assert_allclose(3 * fit.size_factors[30:], after[key].size_factors[30:])
        np.testing.assert_array_equal(fit.center, after[key].center)


def test_sparse_counts_give_the_bits_of_dense_ones_in_blocks_or_not(tmp_path, monkeypatch):
    dense, _ = read_fits(study(tmp_path / "dense")["fits"])
    monkeypatch.setattr("omc.learn.blocks.BLOCK_NUMBERS", 34 * 3)
    stored, _ = read_fits(study(tmp_path / "sparse", store=sparse.csr_array)["fits"])
    for key, fit in dense.items():
        for name, part in vars(fit).items():
            np.testing.assert_array_equal(part, getattr(stored[key], name), err_msg=name)


def test_zero_stays_zero_and_missing_stays_missing():
    x = np.array([[0, np.nan, 4.0, 5.0]])
    result = normalise(x, np.array([0, 0, 1, -1]), np.array([[2.0, 4.0]]))
    np.testing.assert_array_equal(result, [[0, np.nan, 1, 5]])
    assert x[0, 2] == 4


@pytest.mark.parametrize(
    ("row", "columns", "parts"),
    [
        (
            0, slice(3, 38),
            ["datasets.study.layers.genes.transform: split r01f02: ", "all 19 training samples",
             " of 40 features ", "set it to cpm_log2"],
        ),
        (
            31, slice(0, 40),
            ["datasets.study.layers.genes.transform: split r01f01: sample 'c1' has no count above",
             "cpm_log2"],
        ),
    ],
)  # fmt: skip
def test_samples_that_cannot_be_compared_are_one_sentence(tmp_path, row, columns, parts):
    def change(x):
        x[row, columns] = 0

    with pytest.raises(UserError) as error:
        study(tmp_path / "study", change)
    assert all(part in str(error.value) for part in parts), error.value
    assert "\n" not in str(error.value)


def test_data_without_such_a_layer_have_no_trace_of_it(tmp_path):
    setting = {name: value for name, value in SETTING.items() if name != "normalised"}
    files = study(tmp_path / "study", setting=setting)
    with h5py.File(files["fits"]) as file:
        assert set(file) == {"features", "fits"}
        assert set(file["features"]) == {"index", "fill", "center", "scale", "rank"}
    fit = read_fits(files["fits"])[0][FINAL, 0]
    assert fit.normalised is None and fit.size_factors is None
    assert read_size_factors(files["fits"]) is None


def test_r_trains_on_the_same_numbers(tmp_path, root):
    files = study(tmp_path / "study")
    script = f"""
        source("{root}/workflow/R/use.R")
        use("batch")
        files <- commandArgs(TRUE)
        batch <- load_batch(files[1], files[2], files[3], files[4], "classification", 2, 2, TRUE)
        x <- fit_matrix(batch, one_fit(batch$fits, "r01f02", 2), c(11, 3, 34, 20, 6))
        writeLines(sprintf("%.17g", x), files[5])
    """
    output = tmp_path / "x.txt"
    (tmp_path / "script.R").write_text(script, encoding="utf-8")
    command = ["Rscript", "--vanilla", str(tmp_path / "script.R"), *files.values(), str(output)]
    subprocess.run(command, check=True)
    data = Data(*files.values(), "classification")
    data.load_batch(["r01f02"])
    x = data.fit_matrix(data.fits["r01f02", 2], [10, 2, 33, 19, 5])
    np.testing.assert_array_equal(np.loadtxt(output).reshape(x.shape, order="F"), x)


class Paths:
    """Paths by name, as attributes."""

    def __init__(self, **paths):
        vars(self).update(paths)


def test_a_part_of_a_split_keeps_its_size_factors(tmp_path):
    files = study(tmp_path / "study")
    given = Paths(**{name: files[name] for name in FILES}, preprocessing=files["fits"])
    made = Paths(splits=str(tmp_path / "splits"), preprocessing=str(tmp_path / "fits"))
    cut_data(given, made, "classification")
    data = Data(files["data"], files["samples"], made.splits, made.preprocessing, "classification")
    whole = Data(*files.values(), "classification")
    for part in (data, whole):
        part.load_batch(["r01f01"])
    fit, rows = data.fits["r01f01", 2], data.split_rows("r01f01")[1]
    own = whole.fits["r01f01", 2]
    expected = whole.fit_matrix(own, rows)[:, np.searchsorted(own.index, fit.index)]
    np.testing.assert_array_equal(data.fit_matrix(fit, rows), expected)


def test_permuted_labels_have_size_factors_of_their_own_splits(tmp_path):
    files = study(tmp_path / "study")
    output = {name: str(tmp_path / name) for name in ("samples", "splits", "preprocessing")}
    resampling = {"scheme": "repeated_kfold", "folds": 2, "repeats": 1, "inner_folds": 2}
    inputs = "study/null/001", files["data"], files["samples"], resampling
    main(*inputs, SETTING, "classification", 7, output)
    data = Data(files["data"], *output.values(), "classification")
    data.load_batch(["r01f01"])
    train, test, _ = data.split_rows("r01f01")
    fit, rows = data.fits["r01f01", 0], [int(name[1:]) for name in data.samples]
    expected = by_hand(simulated()[rows, :GENES], train)
    np.testing.assert_allclose(fit.size_factors[:, 0], expected, rtol=1e-12)
    assert np.isfinite(data.fit_matrix(fit, test)).all()


def new_samples(files, folder, genes, proteins):
    layer = {
        "orientation": "samples_in_rows", "matrix": None, "pseudo_count": 0.5,
    }  # fmt: skip
    tables = {}
    for name, table in {"genes": genes, "proteins": proteins}.items():
        path = folder / f"{name}.tsv"
        table.to_csv(path, sep="\t")
        kind = "median_of_ratios" if name == "genes" else "none"
        tables[name] = {**layer, "path": str(path), "transform": kind}
    return read_new_samples(tables, "outer", files["data"], files["fits"])


def test_new_samples_get_the_numbers_of_the_final_model(tmp_path):
    files = study(tmp_path / "study")
    x, names = simulated(), [f"new {i}" for i in range(34)]
    genes = pd.DataFrame(x[:, :GENES], names, [f"g{i}" for i in range(GENES)])
    proteins = pd.DataFrame(x[:, GENES:], names, [f"p{i}" for i in range(PROTEINS)])
    data = Data(*files.values(), "classification")
    data.load_batch([FINAL])
    fit = data.fits[FINAL, 0]
    values, samples, features, _ = new_samples(files, tmp_path, genes, proteins)
    assert samples == names and features == [data.features[i] for i in fit.index]
    filled = (np.where(np.isnan(values), fit.fill, values) - fit.center) / fit.scale
    np.testing.assert_array_equal(filled, data.fit_matrix(fit, np.arange(34)))
    # Features that neither the model nor the reference uses may be missing.
    used = {name.removeprefix("genes:") for name in features}
    with h5py.File(files["fits"]) as file:
        used |= {f"g{i}" for i in np.flatnonzero(np.isfinite(file["size_factors/reference"][:]))}
    kept = [name for name in genes if name in used]
    assert len(kept) < GENES
    np.testing.assert_array_equal(new_samples(files, tmp_path, genes[kept], proteins)[0], values)
    with pytest.raises(UserError, match="features that the model needs are missing"):
        new_samples(files, tmp_path, genes.drop(columns=kept[0]), proteins)
    genes.loc["new 4"] = 0
    with pytest.raises(UserError, match=r"genes.tsv: sample 'new 4' has no count above 0 in any"):
        new_samples(files, tmp_path, genes, proteins)
