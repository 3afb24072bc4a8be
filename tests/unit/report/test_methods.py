"""The methods section that is written from a configuration."""

import re

import pytest
import yaml

from omc.report.citations import CATALOG, SOURCES, bibtex_entries
from omc.report.methods import methods, sizes, stratified
from omc.report.pages import page
from omc.report.software import compared
from omc.study import study as configuration

KEPT = {
    "dataset": "leukemia", "splits": "6", "units": "38", "df_estimate": "2.61",
    "df_difference": "3.50", "coverage": "0.950", "error_rate": "0.049",
}  # fmt: skip
USED = {
    "tests": {"nadeau_bengio"}, "intervals": {"nadeau_bengio"}, "selection": False,
    "coverage": [KEPT],
}  # fmt: skip


@pytest.fixture
def written(root, monkeypatch):
    """Methods of a changed quick configuration, for four samples."""
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config" / "quick.yaml").read_text(encoding="utf-8"))

    def text(used=USED, cohorts=(), outcomes=("ALL", "AML", "ALL", "ALL"), **changes):
        for key, value in changes.items():
            section = config if isinstance(value, str) or key == "models" else config.get(key, {})
            config[key] = value if section is config else {**section, **value}
        study = configuration.load(config, str(root / "workflow"))
        samples = [
            {"outcome": outcome, "group": "", "cohort": cohort}
            for cohort in ("development", *cohorts)
            for outcome in outcomes
        ]
        splits = [
            {"split": split, "sample": sample, "role": "train"}
            for split, names in (("r01f01", "aab"), ("r01f02", "abc"), ("final", "abcd"))
            for sample in names
        ]
        slices = yaml.safe_load(study.slices.summary_setting())
        # Variants have the methods of their base.
        slices = [d for d in slices if d["name"] in study.config["datasets"]]
        for d in slices:
            d["sizes"] = sizes(samples, splits, ["expression"] * 3)
        manifest = {
            "config": study.config, "seed": 7, "inputs": {"a.tsv": "12ab"}, "splits": {},
            "versions": {
                "python": {"python": "3.11.1", "packages": {"scikit-learn": "1.8.0"}},
                "r": {"r": "4.2.2", "packages": {"caret": "6.0.93", "glmnet": "4.1.6"}},
            },
            "workflow": {"commit": "abc", "modified": True},
        }  # fmt: skip
        text.bibtex = methods(manifest, slices, used)[1]
        return methods(manifest, slices, used)[0]

    return text


def test_metrics_of_several_classes_are_said_to_be_macro_averages(written):
    sentence = "With more than two classes, ROC AUC, average precision and F1 are macro averages"
    assert sentence not in written()
    assert sentence in written(outcomes=("ALL", "AML", "CML", "<b>CLL</b>"))
    assert "&lt;b>CLL&lt;/b>" in written(outcomes=("ALL", "<b>CLL</b>"))


def test_a_survival_analysis_has_its_own_words(written, root):
    outcome = {"task": "survival", "time": "days", "event": "status", "horizons": [365, 1825]}
    data = yaml.safe_load((root / "config" / "quick.yaml").read_text(encoding="utf-8"))["datasets"]
    data["leukemia"]["outcome"] = outcome
    models = {"python": ["dummy", "cox_elastic_net"], "r": ["glmnet"]}
    times = ("365", "30+", "700", "800+")
    cox = {"models": models, "selection": {"method": "cox"}, "outcomes": times}
    text = written(datasets=data, comparison={"null_permutations": 1}, **cox)
    assert "\n\n3 models (2 in Python and 1 in R) were compared by" in text
    assert ". Concordance was set as the comparison metric" in text
    # It trains no model for survival.
    assert "caret" not in text and SOURCES["kuhn"][0] not in text
    assert "R 4.2.2 with glmnet 4.1.6." in text and "glmnet, defined by the workflow" in text
    assert "run on 1 permutation of the outcomes" in text
    assert "4 samples (2 with the event, 2 censored; times from 30 to 800)" in text
    assert "time to the event, `days`, which happened if `status` is 1" in text
    assert "stratified by event" in text and "score statistic of a Cox regression" in text
    assert "means over the horizons, in the unit of time: 365, 1825 (leukemia)" in text
    for source in ("harrell", "uno", "graf", "vickers_survival"):
        assert "- {}. {}.".format(*SOURCES[source]) in text
    for word in ("Classifiers", "largest F", "class"):
        assert word not in text.split("## What else to report")[0]


def test_sizes_are_counted_without_the_split_on_all_samples():
    samples = [{"outcome": "x", "group": "g", "cohort": c} for c in ("development", "lyon")]
    splits = [
        {"split": split, "sample": sample, "role": role}
        for split, sample, role in (
            ("r01f01", "a", "train"), ("r01f01", "a", "train"), ("r01f01", "b", "test"),
            ("final", "a", "train"), ("final", "b", "train"),
        )
    ]  # fmt: skip
    result = sizes(samples, splits, ["genes", "genes", "lipids"])
    assert result["training"] == (1, 1) and result["splits"] == 1
    assert result["features"] == {"genes": 2, "lipids": 1}
    assert result["cohorts"]["lyon"] == {"outcomes": ["x"], "groups": ["g"]}


def test_the_methods_follow_the_configuration(written):
    text = written()
    for said in (
        "**leukemia**: 4 samples (3 ALL, 1 AML). Outcome: `subtype` (classification, positive class"
        " AML). Features: 3 of `expression` (no transform).",
        "3-fold cross-validation, repeated 2 times, stratified by class",
        "leukemia 2 splits with 2 to 3 training samples",
        "on 3 inner folds",
        "missing in more than 20% of the samples were dropped",
        "1000 of leukemia, `expression`",
        "the 50 features with the largest F statistic of an analysis of variance were selected",
        "best mean Brier score (classification)",
        "| python/logistic_regression | omc.learn.estimators.elastic_net.LogisticElasticNet |",
        "`alpha: 0.3, 0.1, 0.03, 0.01; l1_ratio: 0.1, 1.0`",
        "The comparison metric, ROC AUC, was set before the run",
        "Python 3.11.1 with scikit-learn (Pedregosa et al. 2011) and scikit-learn 1.8.0.",
        "R 4.2.2 with caret (Kuhn 2008) and caret 6.0.93, glmnet 4.1.6.",
        "git commit abc with local changes",
        "the seed 7",
        "- `a.tsv`: 12ab",
    ):
        assert said in text
    changed = written(
        resampling={"scheme": "leave_one_out"},
        selection={"method": "none"},
        preprocessing={"scale": "none", "impute": "zero"},
        imbalance="weights",
        cohorts=["lyon"],
    )
    assert "leaving out each sample in turn" in changed and "stratified" not in changed
    drawn = written(resampling={"scheme": "bootstrap", "repeats": 9})
    assert "left out of 9 bootstrap samples, drawn within each class" in drawn
    assert "were selected" not in changed and "centred" not in changed
    assert "replaced by zero" in changed and "Training samples were weighted" in changed
    assert "external cohort `lyon`: 4 samples" in changed
    assert "kernlab" not in written(models={"python": ["svm_rbf"], "r": ["glmnet"]})


def test_the_correction_for_lab_batches_is_told(written):
    assert "lab batches" not in written()
    batch = {"column": "plate", "covariates": ["sex"]}
    text = written(preprocessing={"batch": batch})
    assert (
        "values were corrected for lab batches, `plate`, by parametric empirical Bayes (ComBat"
        " (Johnson et al. 2007)), which kept the effect of `sex`, without the outcome; constant"
    ) in text
    assert "- Johnson et al. 2007. Biostatistics 8:118" in text
    batch |= {"method": "residualise", "unseen": "uncorrected"}
    assert (
        "the linear effect of `plate` and `sex` was removed from each feature (samples of lab"
        " batches without a training sample were not corrected), without the outcome"
    ) in written(preprocessing={"batch": batch})


def test_the_normalisation_of_counts_is_told(written, root):
    assert "ratios" not in written()
    config = yaml.safe_load((root / "config" / "quick.yaml").read_text(encoding="utf-8"))
    layers = next(iter(config["datasets"].values()))["layers"]
    layers["expression"]["transform"] = "median_of_ratios"
    text = written(datasets=config["datasets"])
    assert "of `expression` (log2 of normalised counts)" in text
    assert (
        "in this order: counts were divided by the median of ratios (Anders & Huber 2010), and"
        " log2(x + 1) taken; features missing"
    ) in text
    assert "- Anders & Huber 2010. Genome Biology 11:R106" in text


def test_each_data_set_is_stratified_by_its_own_columns():
    config = {"datasets": {name: {"stratify_by": []} for name in "abc"}}
    sets = [{"name": name, "task": "classification"} for name in "ab"]
    assert stratified(config, sets) == ", stratified by class"
    config["datasets"]["b"]["stratify_by"] = ["sex"]
    sets.append({"name": "c", "task": "regression"})
    assert stratified(config, sets) == ", stratified by class (a), by class and `sex` (b)"
    assert stratified(config, sets[2:]) == ""


@pytest.mark.parametrize(
    ("scale", "sentence"),
    [
        ("standard", "gives all layers the same sum of squares"),
        ("none", "larger values still has more weight"),
    ],
)
def test_layers_weigh_the_same_only_where_they_are_standardised(written, scale, sentence):
    layer = {"table": "resources/leukemia/expression.tsv.gz"}
    data = {
        "layers": {"expression": layer, "other": layer},
        "samples": "resources/leukemia/samples.tsv",
        "outcome": {"column": "subtype", "task": "classification"},
    }
    text = written(datasets={"leukemia": data}, preprocessing={"scale": scale})
    assert text.count("still has more weight") + text.count("same sum of squares") == 1
    assert sentence in text


def test_what_is_added_to_a_baseline_is_told(written):
    assert "De Bin" not in written()
    layer = {"table": "resources/leukemia/expression.tsv.gz"}
    data = {
        "layers": {"expression": layer, "other": {**layer, "role": "baseline"}},
        "samples": "resources/leukemia/samples.tsv",
        "outcome": {"column": "subtype", "task": "classification"},
    }
    text = written(datasets={"leukemia": data}, comparison={"thresholds": [0.3]})
    assert "with and without the other layers (De Bin et al. 2014); net benefit was" in text
    assert "at the thresholds 0.3." in text


def test_the_checklist_claims_only_what_a_run_answers(written):
    _, _, text = written().partition("items that this run covers")
    claimed, _, rest = text.partition("Left to you:")
    yours, _, leakage = rest.partition("Leakage")
    assert set(re.findall(r"\d+[a-g]?", claimed.partition("\n")[2])) == {
        *("7", "11", "12a", "12b", "12c", "12e", "13", "18f", "21", "22", "23a")
    }
    for item in (1, 2, 10, "12d", "12f", "12g", 15, 16, 17, "20a", "20b", "20c", "23b", 24):
        assert re.search(rf"\b{item}\b", yours)
    assert "steps before the tables are **yours to confirm**" in leakage


def test_only_what_was_done_is_told(written):
    few, all_of_it = written(), written(
        {
            "tests": {"nadeau_bengio", "bayesian_correlated_t", "delong", "group_bootstrap"},
            "intervals": {"nadeau_bengio", "bootstrap", "bootstrap_t"},
            "selection": True,
            "coverage": [KEPT],
        }
    )  # fmt: skip
    assert (
        "leukemia, 6 splits of 38: 2.61 and 3.50 degrees of freedom, coverage 95.0 %, error rate"
        " 4.9 %" in few
    )
    for source in ("corani", "delong", "efron", "airola"):
        assert SOURCES[source][0] not in few and SOURCES[source][0] in all_of_it
    assert "differ by less than 0.01" in all_of_it
    assert "subgroups: yours" in few and SOURCES["westfall"][0] not in few
    stratified = written(report={"subgroups": ["sex", "stage"]})
    assert "estimated in subgroups (sex, stage)" in stratified
    assert "subgroups: `subgroups.csv`" in stratified and SOURCES["westfall"][0] in stratified
    assert "Hartung-Knapp" in stratified and SOURCES["higgins"][0] in stratified
    assert "was picked" not in few and "best mean comparison metric" in all_of_it


def test_every_source_that_is_cited_is_listed_once(written):
    text, _, listed = written().partition("## References")
    cited = set(re.findall(r"[(;] ?([A-Z][^();]+? \d{4})(?=[;)])", text))
    assert cited >= {"Collins et al. 2024", "Nadeau & Bengio 2003", "Varma & Simon 2006"}
    assert cited == set(re.findall(r"^- ([A-Z].+? \d{4})\. ", listed, flags=re.M))


def test_references_for_bibtex_are_those_of_the_list(written):
    entries = bibtex_entries(CATALOG.read_text(encoding="utf-8"))
    assert list(entries) == list(SOURCES)
    for key, (name, where) in SOURCES.items():
        year, doi = name[-4:], re.search(r"doi:(\S+)$", where)
        assert f"year={{{year}}}" in entries[key]
        assert (f"doi={{{doi[1]}}}" if doi else "doi=") in entries[key] or not doi
        assert entries[key].count("{") == entries[key].count("}")
    listed = written().partition("## References")[2]
    assert written.bibtex.count("@") == len(re.findall(r"^- .+ \d{4}\. ", listed, flags=re.M))


def test_in_short_fits_into_an_abstract(written):
    short = written(used={**USED, "selection": True}).partition("## In short")[2].partition("##")[0]
    assert "5 models (3 of scikit-learn and 2 of caret)" in short and "ROC AUC was set" in short
    assert len(short.split()) <= 150


def test_the_models_of_each_data_set_are_counted_as_those_of_its_task():
    r = [{"language": "r", "method": method} for method in ("glmnet", "ridge_regression")]
    python = [{"language": "python", "estimator": "sklearn.svm.SVC"}]
    classes = {"name": "a", "task": "classification", "specs": [*python, r[0]]}
    assert compared([classes]) == "2 models (1 of scikit-learn and 1 of caret)"
    assert compared([classes, {**classes, "name": "b"}]) == compared([classes])
    survival = {"name": "c", "task": "survival", "specs": [*python, *r]}
    assert compared([classes, survival]) == (
        "2 models (1 of scikit-learn and 1 of caret) for a and 3 models (1 in Python and 2 in R)"
        " for c"
    )
    # One of the two is the workflow's own.
    assert compared([{**classes, "specs": r}]) == "2 models (2 in R)"


def test_a_page_shows_tables_and_no_foreign_html():
    html = page("A & B", "# Title\n\n| a |\n|---|\n| <script>x</script> |\n")
    assert "<h1>Title</h1>" in html and "<td>&lt;script&gt;x" in html and "A &amp; B" in html
