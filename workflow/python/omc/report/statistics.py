"""The statistics paragraph of the methods: metrics, intervals, tests and further analyses."""

from collections.abc import Iterator

from omc.core.errors import some
from omc.evaluate.metrics import METRICS, METRICS_OF, kind_of
from omc.evaluate.rope import describe
from omc.report.citations import Citations
from omc.report.phrases import plural

FIFTHS = {
    "regression": "for a regression, within fifths of the outcome",
    "survival": "for survival, within fifths of the martingale residuals",
}


def statistics(config: dict, datasets: list[dict], used: dict, cite: Citations) -> str:
    """The paragraph; see `methods.methods` for the arguments."""
    tasks = {d["task"] for d in datasets}
    sentences = [
        _metrics(datasets, cite),
        *_intervals(config, tasks, used["intervals"], cite),
        *_kept(used["coverage"], cite),
        *_tests(config, datasets, used["tests"], cite),
        *_further(config, tasks, used["selection"], cite),
    ]
    return " ".join(sentences)


def _metrics(datasets: list[dict], cite: Citations) -> str:
    main: dict[str, list[str]] = {}
    for d in datasets:
        main.setdefault(METRICS[d["metric"]].label, []).append(d["name"])
    named = "; ".join(
        f"{metric} ({', '.join(names)})" if len(main) > 1 else metric
        for metric, names in main.items()
    )
    kinds = sorted(
        {"survival" if d["task"] == "survival" else kind_of(_classes(d)) for d in datasets}
    )
    listed = dict.fromkeys(METRICS[m].label for kind in kinds for m in METRICS_OF[kind])
    others = [name for name in listed if name not in main]
    text = (
        f"The predictions of all models were scored by the same program. The comparison metric,"
        f" {named}, was set before the run; other metrics ({some(others, 20)}) are descriptive."
    )
    if "multiclass" in kinds:
        text += (
            " With more than two classes, ROC AUC, average precision and F1 are macro averages:"
            " means over the classes, each against the rest."
        )
    if "survival" in kinds:
        text += _of_survival(datasets, cite)
    return text


def _of_survival(datasets: list[dict], cite: Citations) -> str:
    """What the metrics of survival are, and their horizons."""
    horizons = "; ".join(
        f"{some([f'{h:.12g}' for h in d['horizons']], 100)} ({d['name']})"
        for d in datasets
        if d["task"] == "survival"
    )
    return (
        f" For survival, concordance is that of {cite('harrell')[1:-1]}; Uno's concordance"
        f" {cite('uno')}, the time-dependent ROC AUC {cite('uno_auc')} and the Brier score"
        f" {cite('graf')} weight samples by the inverse of the probability of not being censored,"
        " from the Kaplan-Meier estimate of each split's training samples. The latter two are means"
        f" over the horizons, in the unit of time: {horizons}; the integrated Brier score is"
        " weighted by the time between them."
    )


def _classes(dataset: dict) -> list[str]:
    if dataset["task"] == "regression":
        return []
    cohorts = dataset["sizes"]["cohorts"].values()
    return list({label for cohort in cohorts for label in cohort["outcomes"]})


def _intervals(config: dict, tasks: set[str], used: set[str], cite: Citations) -> Iterator[str]:
    """used: the methods of estimates.csv."""
    grouped = any(setting["groups"] for setting in config["datasets"].values())
    units = "samples, or groups where there are any," if grouped else "samples"
    if "nadeau_bengio" in used:
        yield (
            "Estimates are means over the splits with 95 % intervals from the corrected resampled t"
            f" statistic, which allows for overlapping training sets {cite('nadeau')}."
        )
    if "nadeau_bengio" in used and "classification" in tasks:
        yield (
            "Intervals of proportions and of the ROC AUC of two classes are no narrower than those"
            f" for the same number of independent samples {cite('wilson', 'newcombe')}."
        )
    if "bootstrap_t" in used:
        classes = tasks == {"classification"}
        where = "that hold both classes" if classes else "on which they are defined"
        yield (
            "Predictions of all splits were scored together, but metrics that rank samples were"
            f" averaged over the splits {where} {cite('airola')}. The 95 % intervals"
            f" are t intervals; their standard error, from 2,000 resamples of {units}, was widened"
            f" for overlapping training sets {cite('efron', 'nadeau')}."
        )
    if "bootstrap" in used:
        yield (
            f"Bootstrap intervals (percentiles of 2,000 resamples of {units} with all their"
            f" predictions) are conditional on the fitted models {cite('efron')}."
        )
    for method, what in (("wilson", "a proportion"), ("newcombe", "the ROC AUC")):
        if method in used:
            yield (
                f"If all resamples gave the same value, the interval of {what} was that of"
                f" {cite(method)[1:-1]}."
            )


def _kept(coverage: list[dict], cite: Citations) -> Iterator[str]:
    """What intervals and tests of these designs keep in simulations; rows of coverage.csv."""
    if not coverage:
        return
    listed = "; ".join(
        f"{row['dataset']}, {row['splits']} splits of {row['units']}: {row['df_estimate']} and"
        f" {row['df_difference']} degrees of freedom, coverage {100 * float(row['coverage']):.1f}"
        f" %, error rate {100 * float(row['error_rate']):.1f} %"
        for row in coverage
    )
    yield (
        "The degrees of freedom of the intervals and of the tests were calibrated by simulation for"
        f" each design {cite('bouckaert')}. They are listed here for intervals and tests, with the"
        " coverage of the intervals and the error rate of the tests in the worst of the simulated"
        f" settings: {listed}."
    )


def _tests(config: dict, datasets: list[dict], used: set[str], cite: Citations) -> Iterator[str]:
    """used: the tests of comparisons.csv."""
    if "nadeau_bengio" in used:
        yield (
            "All pairs of models were compared with the corrected resampled t test"
            f" {cite('nadeau')}; p-values were adjusted within each data set {cite('holm')},"
            " separately for pairs with a baseline."
        )
    for unit in ("group", "sample"):
        if f"{unit}_bootstrap" in used:
            yield (
                f"All pairs of models were compared with a bootstrap over {unit}s of their pooled"
                f" predictions; p-values were adjusted within each data set {cite('holm')}."
            )
    ropes = {describe(d["metric"], config["comparison"]["rope"]): d["metric"] for d in datasets}
    rope = " or ".join(
        f"{text} ({METRICS[metric].label})" for text, metric in ropes.items() if text
    )
    if "bayesian_correlated_t" in used and rope:
        yield (
            "Two models were considered practically equivalent if the Bayesian correlated t test"
            f" gave a probability of at least .95 that they differ by less than {rope}"
            f" {cite('corani', 'benavoli')}."
        )
    if "delong" in used:
        yield f"In external cohorts, ROC AUCs were compared by DeLong's test {cite('delong')}."


def _further(config: dict, tasks: set[str], picked: bool, cite: Citations) -> Iterator[str]:
    """picked: whether selection.csv has a row."""
    if picked:
        yield (
            "The performance to expect of the model that scores best was estimated with picking as"
            f" part of the training {cite('varma')}: in each training set, the model with the best"
            " mean comparison metric over the inner folds was picked, and its predictions of the"
            " test samples were scored."
        )
    if "classification" in tasks:
        yield (
            "Calibration was assessed with calibration curves, slopes and intercepts"
            f" {cite('calster')} and the integrated calibration index {cite('austin')}, clinical"
            f" usefulness with net benefit {cite('vickers')} and its bootstrap intervals. Net"
            " benefit and intercepts refer to the prevalence of the classes in the samples."
        )
        if config["imbalance"] == "weights":
            yield (
                "Because training samples were weighted, predicted probabilities refer to equally"
                " frequent classes."
            )
    if "survival" in tasks:
        yield (
            "At each horizon, the Brier score was compared with that of the Kaplan-Meier estimate"
            f" of the training samples {cite('kaplan')}, predicted risks were compared with"
            " observed risks in groups of samples, and net benefit was computed with the"
            f" Kaplan-Meier estimate among those who would be treated {cite('vickers_survival')}."
            " Kaplan-Meier curves are shown for test samples with a risk above and below the median"
            f" of the inner predictions of their split's training samples {cite('simon')}; the"
            " curves were not tested against each other."
        )
    yield (
        "Features were described by the stability of their selection over the splits"
        f" {cite('nogueira')} and by the loss of performance when they were shuffled among the test"
        f" samples {cite('breiman')}."
    )
    layers = [layer for d in config["datasets"].values() for layer in d["layers"].values()]
    if any(layer["role"] == "baseline" for layer in layers):
        thresholds = some(map(str, config["comparison"]["thresholds"]), 9)
        benefit = f"; net benefit was compared at the thresholds {thresholds}"
        yield (
            "What the other layers add to a baseline was estimated as the difference from the same"
            " model on the baseline alone, on the same splits, and between the models that were"
            " picked in each training set with and without the other layers"
            f" {cite('bin')}{benefit if 'classification' in tasks else ''}."
        )
    columns = config["report"]["subgroups"]
    if columns:
        fifths = "; ".join(text for task, text in FIFTHS.items() if task in tasks)
        yield (
            f"Every metric was estimated in subgroups ({some(columns, 12)}), with intervals from a"
            " bootstrap within each. The gap between a subgroup and all others was tested by"
            " permuting the subgroups within classes of the outcome"
            f"{f' ({fifths})' if fifths else ''}, with p-values adjusted for all"
            f" subgroups of a model by the largest standardised gap {cite('westfall')}. The"
            " variance between the subgroups of a column was estimated by a random-effects"
            " meta-analysis, on the logit scale for metrics between two limits, by Paule and"
            f" Mandel's method {cite('snell', 'paule')}, with a modified Hartung-Knapp interval of"
            f" the mean {cite('rover')} and a prediction interval for a new subgroup"
            f" {cite('higgins')}."
        )
    permutations = config["comparison"]["null_permutations"]
    if permutations:
        yield (
            f"The whole pipeline was also run on {plural(permutations, 'permutation')} of the"
            " outcomes; the p-value of a model is (b + 1)/(N + 1), where it scored as well or"
            " better in b of the N permutations, and its adjusted p-value the same with the best"
            " model of each permutation."
        )
