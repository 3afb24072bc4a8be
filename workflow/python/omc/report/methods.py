"""The methods section of a report, written from the configuration and the results."""

import json
from collections import Counter

from omc.core import survival as core_survival
from omc.core.names import FINAL
from omc.core.registry import entry
from omc.evaluate.metrics import METRICS
from omc.report.checklist import checklist
from omc.report.citations import Citations
from omc.report.pages import inert
from omc.report.software import compared, method_of, of_caret, software
from omc.report.statistics import statistics

TEXTS = {
    "none": "no transform",
    "cpm_log2": "log2 of counts per million",
    "median_of_ratios": "log2 of normalised counts",
    "clr": "centred log-ratio",
    "m_value": "M-value",
}


def sizes(samples: list[dict], splits: list[dict], layers) -> dict:
    """Counts from a data set's samples.tsv and splits.csv; layers: (p,) layer of each feature.

    Returns features by layer; cohorts with outcomes and groups (lists, one entry per sample);
    training (smallest and largest number of distinct training samples of a split) and splits.
    """
    cohorts = {}
    for row in samples:
        cohort = cohorts.setdefault(row["cohort"], {"outcomes": [], "groups": []})
        cohort["outcomes"].append(row["outcome"])
        cohort["groups"].append(row["group"])
    training = {}
    for row in splits:
        if row["role"] == "train" and row["split"] != FINAL:
            training.setdefault(row["split"], set()).add(row["sample"])
    counts = [len(names) for names in training.values()]
    return {
        "features": dict(Counter(map(str, layers))),
        "cohorts": cohorts,
        "training": (min(counts), max(counts)),
        "splits": len(counts),
    }


def methods(manifest: dict, datasets: list[dict], used: dict) -> tuple[str, str]:
    """(Markdown, BibTeX): the methods, ready to paste, references, and what else to report.

    manifest: content of manifest.json; datasets: dictionaries of name, task, metric, positive,
    specs (language, name and specification of each model) and sizes (see `sizes`); used: the tests
    in comparisons.csv (`tests`), the methods in estimates.csv (`intervals`), and whether
    selection.csv has a row (`selection`).
    """
    config, cite = manifest["config"], Citations()
    paragraphs = {
        "Data": "\n".join(_data(config["datasets"][d["name"]], d) for d in datasets),
        "Resampling": _resampling(config, datasets, cite),
        "Preprocessing": _preprocessing(config, datasets, cite),
        "Models": _models(config, datasets, cite),
        "Statistics": statistics(config, datasets, used, cite),
        "Software and reproducibility": software(manifest, datasets, cite),
    }
    text = "".join(f"## {title}\n\n{paragraph}\n\n" for title, paragraph in paragraphs.items())
    requirements = checklist(config, cite)
    markdown = inert(
        "# Methods\n\nGenerated from the configuration and the results of this run, ready to paste;"
        " `references.bib` has the references.\n\n"
        f"## In short\n\n{_short(config, datasets, used, cite)}\n\n{text}"
        f"## What else to report\n\n{requirements}\n\n"
        f"## References\n\n{cite.listed()}\n\n## Checksums (SHA-256)\n\n{_checksums(manifest)}\n"
    )
    return markdown, cite.bibtex()


def _short(config: dict, datasets: list[dict], used: dict, cite: Citations) -> str:
    """All that a paper with little room must say, in at most 150 words."""
    scheme = entry("omc.learn.schemes", config["resampling"]["scheme"])
    tasks = dict.fromkeys(d["task"] for d in datasets)
    metrics = {kind: [METRICS[config[kind]["metric"][task]].label for task in tasks]
               for kind in ("tuning", "comparison")}  # fmt: skip
    grouped = any(setting["groups"] for setting in config["datasets"].values())
    metric = " and ".join(metrics["comparison"])
    text = (
        f"{compared(datasets)} were compared by"
        f" {scheme.describe(config['resampling'])}, on the same splits"
        f"{', with all samples of a group on the same side' if grouped else ''}. Filters,"
        " imputation, scaling and feature selection were learned on the training samples of each"
        f" fit, and hyperparameters were tuned by {' or '.join(metrics['tuning'])} on"
        f" {config['resampling']['inner_folds']} inner folds {cite('varma')}."
        f" {metric[0].upper()}{metric[1:]} was set as the comparison metric before the run."
    )
    if "nadeau_bengio" in used["intervals"]:
        text += (
            " Intervals and tests are based on the corrected resampled t statistic with calibrated"
            f" degrees of freedom {cite('nadeau', 'bouckaert')}; p-values were adjusted"
            f" {cite('holm')}."
        )
    if used["selection"]:
        text += (
            " The performance to expect of the picked model was estimated by picking a model inside"
            " each training set."
        )
    return f"{text} Analyses ran in Snakemake {cite('molder')}."


def _counted(outcomes: list[str], task: str) -> str:
    """'27 ALL, 11 AML', for numbers 'from 83.4 to 89.6, mean 87.2', or events and times."""
    if task == "classification":
        return ", ".join(f"{n} {label}" for label, n in sorted(Counter(outcomes).items()))
    if task == "survival":
        times = core_survival.outcomes(outcomes)
        events, time = int(times["event"].sum()), times["time"]
        return (
            f"{events} with the event, {len(times) - events} censored; times from"
            f" {time.min():.4g} to {time.max():.4g}"
        )
    numbers = [float(value) for value in outcomes]
    mean = sum(numbers) / len(numbers)
    return f"from {min(numbers):.4g} to {max(numbers):.4g}, mean {mean:.4g}"


def _data(setting: dict, dataset: dict) -> str:
    size, task = dataset["sizes"], dataset["task"]
    parts = []
    for name, cohort in size["cohorts"].items():
        where = "" if name == "development" else f"; external cohort `{name}`: "
        groups = len(set(cohort["groups"]) - {""})
        counted = f"{len(cohort['outcomes'])} samples ({_counted(cohort['outcomes'], task)})"
        parts.append(where + counted + (f" of {groups} groups" if groups else ""))
    layers = []
    for name, layer in setting["layers"].items():
        transform = TEXTS.get(layer.get("transform"), layer.get("transform"))
        if "images" in layer:
            transform = f"from images of {' x '.join(map(str, layer['size']))} pixels"
        elif "columns" in layer:
            transform = f"from the columns {', '.join(layer['columns'])} of the sample sheet"
        layers.append(f"{size['features'].get(name, 0)} of `{name}` ({transform})")
    kept = setting["outcome"]
    if task == "survival":
        happened = f"`{kept['event']}` is {kept.get('event_value', 1)}"
        outcome = f"time to the event, `{kept['time']}`, which happened if {happened} ({task}"
    else:
        outcome = f"`{kept['column']}` ({task}"
    if dataset["positive"]:
        outcome += f", positive class {dataset['positive']}"
    grouped = f" Groups are the values of `{setting['groups']}`." if setting["groups"] else ""
    return (
        f"- **{dataset['name']}**: {''.join(parts)}. Outcome: {outcome}). Features:"
        f" {', '.join(layers)}.{grouped}"
    )


def _resampling(config: dict, datasets: list[dict], cite: Citations) -> str:
    scheme = config["resampling"]
    grouped = [name for name, setting in config["datasets"].items() if setting["groups"]]
    inner = scheme["inner_folds"]
    text = entry("omc.learn.schemes", scheme["scheme"]).describe(scheme)
    if scheme["scheme"] == "bootstrap":
        text += _drawn_within(datasets)
    text = f"Models were compared by {text}"
    if scheme["scheme"] == "repeated_kfold":
        text += stratified(config, datasets)
    if grouped:
        text += (
            f"; all samples of a group were kept on the same side of a split ({', '.join(grouped)})"
        )
    counts = [
        f"{d['name']} {d['sizes']['splits']} splits with"
        f" {' to '.join(map(str, dict.fromkeys(d['sizes']['training'])))} training samples"
        for d in datasets
    ]
    both = ", in Python and in R," if all(config["models"].values()) else ""
    return (
        f"{text} ({'; '.join(counts)}). Hyperparameters were tuned on {inner} inner folds of each"
        " training set only, because tuning on the test samples biases the estimated error"
        f" {cite('varma')}. All models{both} used the same outer splits, the same inner folds and"
        " the same preprocessed values."
    )


def stratified(config: dict, datasets: list[dict]) -> str:
    """', stratified by class', or by event, with names of data sets if they differ."""
    names = {}
    for d in datasets:
        by_task = {"classification": ["class"], "survival": ["event"]}
        classes = by_task.get(d["task"], [])
        columns = [f"`{column}`" for column in config["datasets"][d["name"]]["stratify_by"]]
        names.setdefault(" and ".join(classes + columns), []).append(d["name"])
    parts = [
        f"by {by}" + (f" ({', '.join(datasets_with_it)})" if len(names) > 1 else "")
        for by, datasets_with_it in names.items()
        if by
    ]
    return f", stratified {', '.join(parts)}" if parts else ""


def _drawn_within(datasets: list[dict]) -> str:
    """', drawn within each class', with names if not for all data sets (see bootstrap.py)."""
    names = []
    for dataset in datasets:
        cohort = dataset["sizes"]["cohorts"]["development"]
        pairs = set(zip(cohort["groups"], cohort["outcomes"], strict=True))
        mixed = any(cohort["groups"]) and len(pairs) > len(set(cohort["groups"]))
        if dataset["task"] == "classification" and not mixed:
            names.append(dataset["name"])
    if not names:
        return ""
    return ", drawn within each class" + (
        f" ({', '.join(names)})" if len(names) < len(datasets) else ""
    )


def _preprocessing(config: dict, datasets: list[dict], cite: Citations) -> str:
    setting, selection = config["preprocessing"], config["selection"]
    limits = [
        f"{layer['top_variance']} of {name}, `{layer_name}`"
        for name, dataset in config["datasets"].items()
        for layer_name, layer in dataset["layers"].items()
        if layer["top_variance"]
    ]
    fill = {"zero": "zero"}.get(setting["impute"], f"the feature's {setting['impute']}")
    steps = [
        *_normalised(config["datasets"], cite),
        f"features missing in more than {setting['max_missing']:.0%} of the samples were dropped",
        f"other missing values were replaced by {fill}",
        *_corrected(setting["batch"], cite),
        "constant features were dropped",
    ]
    if limits:
        steps.append(f"the features with the largest variance were kept ({'; '.join(limits)})")
    scaling = {"standard": "centred and scaled to unit variance", "center": "centred"}
    if setting["scale"] in scaling:
        steps.append(f"values were {scaling[setting['scale']]}")
    model_of = {"classification": "an analysis of variance", "regression": "a linear regression"}
    if selection["method"] != "none":
        tasks = sorted({dataset["outcome"]["task"] for dataset in config["datasets"].values()})
        by_f = [model_of[task] for task in tasks if task in model_of]
        largest = [f"F statistic of {' or '.join(by_f)}"] if by_f else []
        if "survival" in tasks:
            largest.append(f"score statistic of a Cox regression {cite('cox')}")
        steps.append(
            f"the {selection['features']} features with the largest {' or '.join(largest)} were"
            " selected"
        )
    text = (
        "All preprocessing was learned on the training samples of each fit, down to the inner"
        " folds, and applied unchanged to the other samples, because feature selection on all"
        f" samples biases the estimated error {cite('ambroise')}. Within each layer, in this order:"
        f" {'; '.join(steps)}."
    )
    baselines = [
        f"`{layer_name}` of {name}"
        for name, dataset in config["datasets"].items()
        for layer_name, layer in dataset["layers"].items()
        if layer["role"] == "baseline"
    ]
    if baselines:
        text += (
            f" The features of {' and '.join(baselines)} served as the baseline: they were neither"
            " filtered nor selected."
        )
    if any(len(dataset["layers"]) > 1 for dataset in config["datasets"].values()):
        text += (
            " Layers were concatenated, each divided by the square root of its number of features"
            f" {cite('westerhuis')}"
        )
        text += {
            "standard": ", which gives all layers the same sum of squares.",
            "center": "; a layer with larger variance still has more weight.",
            "none": "; a layer with larger values still has more weight.",
        }[setting["scale"]]
    if config["imbalance"] == "weights":
        text += " Training samples were weighted by the inverse frequency of their class."
    return text


def _normalised(datasets: dict, cite: Citations) -> list[str]:
    """The step that normalises counts, if there is one."""
    kinds = [layer.get("transform") for d in datasets.values() for layer in d["layers"].values()]
    if "median_of_ratios" not in kinds:
        return []
    return [f"counts were divided by the median of ratios {cite('anders')}, and log2(x + 1) taken"]


def _corrected(batch: dict | None, cite: Citations) -> list[str]:
    """The step that corrects for lab batches, if there is one, without the outcome."""
    if not batch:
        return []
    column = f"`{batch['column']}`"
    covariates = " and ".join(f"`{name}`" for name in batch["covariates"])
    text = {
        "combat": f"values were corrected for lab batches, {column}, by parametric empirical Bayes"
        f" (ComBat {cite('johnson')})"
        + (f", which kept the effect of {covariates}" * bool(covariates)),
        "mean": f"the features of each lab batch, {column}, were centred on their mean over all lab"
        " batches",
        "residualise": "the linear effect of "
        + " and ".join(filter(None, [column, covariates]))
        + " was removed from each feature",
    }[batch["method"]]
    if batch["unseen"] == "uncorrected":
        text += " (samples of lab batches without a training sample were not corrected)"
    return [f"{text}, without the outcome"]


def _models(config: dict, datasets: list[dict], cite: Citations) -> str:
    metrics = dict.fromkeys(d["task"] for d in datasets)
    tuning = " and ".join(f"{METRICS[config['tuning']['metric'][t]].label} ({t})" for t in metrics)
    # Data sets of one task have the same models.
    rows = {(d["task"], m["language"], m["name"]): m for d in datasets for m in d["specs"]}
    calibrated = (
        " Classifiers without probabilities of their own were calibrated with a sigmoid fitted to"
        " decision values of the inner folds, each from a model trained, preprocessing and"
        f" selection included, without that fold {cite('platt')}."
        if "classification" in metrics
        else ""
    )
    lines = ["| model | learner | fixed | tuned |", "|---|---|---|---|"]
    for (task, *_), m in rows.items():
        learner, tuned = m.get("estimator") or method_of(m["method"], task), m["grid"]
        if m["language"] == "r" and tuned is None:
            tuned = f"{'caret' if of_caret(m['method'], task) else 'the method'}'s own grid"
        cells = [f"{m['language']}/{m['name']}", learner, _listed(m["params"]), _listed(tuned)]
        lines.append(f"| {' | '.join(cells)} |")
    return (
        f"For each model, the candidate with the best mean {tuning} over the inner folds was fitted"
        " to the whole training set; ties were resolved in favour of the first candidate. Grids"
        f" with more than {config['tuning']['size']} candidates were sampled at random with a fixed"
        f" seed, unless a model had its own limit.{calibrated}\n\n" + "\n".join(lines)
    )


def _listed(settings) -> str:
    """'C: 0.1, 1; tol: 0.01' for a mapping, in code quotes; text stays as it is."""
    if isinstance(settings, str) or not settings:
        return settings or "-"
    texts = [
        f"{key}: {', '.join(map(_value, value)) if isinstance(value, list) else _value(value)}"
        for key, value in settings.items()
    ]
    return f"`{'; '.join(texts)}`".replace("|", "\\|")


def _value(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _checksums(manifest: dict) -> str:
    files = {**manifest["inputs"], **manifest["splits"]}
    return "\n".join(f"- `{path}`: {digest}" for path, digest in files.items())
