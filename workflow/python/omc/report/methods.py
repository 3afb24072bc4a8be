"""The methods section of a report, written from the configuration and from what was done."""

import json
from collections import Counter

from omc.core.errors import some
from omc.evaluate.metrics import METRIC_NAMES, METRICS_OF

FINAL = "final"
SOURCES = {
    "varma": ("Varma & Simon 2006", "BMC Bioinformatics 7:91, doi:10.1186/1471-2105-7-91"),
    "ambroise": ("Ambroise & McLachlan 2002", "PNAS 99:6562, doi:10.1073/pnas.102102699"),
    "westerhuis": (
        "Westerhuis et al. 1998",
        "J Chemometrics 12:301,"
        " doi:10.1002/(SICI)1099-128X(199809/10)12:5<301::AID-CEM515>3.0.CO;2-S",
    ),
    "nadeau": ("Nadeau & Bengio 2003", "Machine Learning 52:239, doi:10.1023/A:1024068626366"),
    "efron": (
        "Efron & Tibshirani 1993",
        "An Introduction to the Bootstrap, doi:10.1201/9780429246593",
    ),
    "wilson": ("Wilson 1927", "J Am Stat Assoc 22:209, doi:10.1080/01621459.1927.10502953"),
    "newcombe": ("Newcombe 2006", "Stat Med 25:559, doi:10.1002/sim.2324"),
    "holm": ("Holm 1979", "Scand J Stat 6:65, https://www.jstor.org/stable/4615733"),
    "corani": ("Corani & Benavoli 2015", "Machine Learning 100:285, doi:10.1007/s10994-015-5486-z"),
    "benavoli": ("Benavoli et al. 2017", "J Mach Learn Res 18(77)"),
    "delong": ("DeLong et al. 1988", "Biometrics 44:837, doi:10.2307/2531595"),
    "tsamardinos": (
        "Tsamardinos et al. 2018",
        "Machine Learning 107:1895, doi:10.1007/s10994-018-5714-4",
    ),
    "calster": ("Van Calster et al. 2019", "BMC Medicine 17:230, doi:10.1186/s12916-019-1466-7"),
    "vickers": ("Vickers & Elkin 2006", "Med Decis Making 26:565, doi:10.1177/0272989X06295361"),
    "nogueira": ("Nogueira et al. 2018", "J Mach Learn Res 18(174)"),
    "breiman": ("Breiman 2001", "Machine Learning 45:5, doi:10.1023/A:1010933404324"),
    "platt": ("Platt 1999", "Advances in Large Margin Classifiers, 61-74, MIT Press"),
    "pedregosa": ("Pedregosa et al. 2011", "J Mach Learn Res 12:2825"),
    "kuhn": ("Kuhn 2008", "J Stat Softw 28(5), doi:10.18637/jss.v028.i05"),
    "molder": ("Mölder et al. 2021", "F1000Research 10:33, doi:10.12688/f1000research.29032.2"),
    "collins": ("Collins et al. 2024", "BMJ 385:e078378, doi:10.1136/bmj-2023-078378"),
    "kapoor": ("Kapoor & Narayanan 2023", "Patterns 4:100804, doi:10.1016/j.patter.2023.100804"),
}
TEXTS = {
    "none": "no transform",
    "cpm_log2": "log2 of counts per million",
    "clr": "centred log-ratio",
    "m_value": "M-value",
}


class Citations:
    """Cites sources in the text and remembers them for the list at the end."""

    def __init__(self):
        self.cited = []

    def __call__(self, *keys: str) -> str:
        self.cited += [key for key in keys if key not in self.cited]
        return f"({'; '.join(SOURCES[key][0] for key in keys)})"

    def listed(self) -> str:
        return "\n".join(
            f"- {name}. {where}." for name, where in sorted(SOURCES[key] for key in self.cited)
        )


def sizes(samples: list[dict], splits: list[dict], layers) -> dict:
    """What a data set holds, counted in its samples.tsv and splits.csv; layers: (p,) of features.

    Returns features by layer; outcomes and groups by cohort (lists, one entry per sample); training
    (smallest and largest number of distinct training samples of a split) and splits.
    """
    cohorts = {}
    for row in samples:
        of = cohorts.setdefault(row["cohort"], {"outcomes": [], "groups": []})
        of["outcomes"].append(row["outcome"])
        of["groups"].append(row["group"])
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


def methods(manifest: dict, datasets: list[dict], used: dict) -> str:
    """Markdown: the methods, ready to paste, references, and what a report must say besides.

    manifest: content of manifest.json; datasets: dictionaries of name, task, metric, positive,
    specs (language, name and the rest of the specification of each model) and sizes (see there);
    used: the tests that comparisons.csv holds (`tests`), the methods of estimates.csv (`intervals`)
    and whether selection.csv has a row (`selection`).
    """
    config, cite = manifest["config"], Citations()
    paragraphs = {
        "Data": "\n".join(_data(config["datasets"][d["name"]], d) for d in datasets),
        "Resampling": _resampling(config, datasets, cite),
        "Preprocessing": _preprocessing(config, datasets, cite),
        "Models": _models(config, datasets, cite),
        "Statistics": _statistics(config, datasets, used, cite),
        "Software and reproducibility": _software(manifest, cite),
    }
    text = "".join(f"## {title}\n\n{paragraph}\n\n" for title, paragraph in paragraphs.items())
    checklist = _checklist(config, cite)
    return (
        "# Methods\n\nWritten from the configuration and the results of this run, to paste and to"
        f" shorten.\n\n{text}## What to report besides\n\n{checklist}\n\n"
        f"## References\n\n{cite.listed()}\n\n## Checksums (SHA-256)\n\n{_checksums(manifest)}\n"
    )


def _counted(outcomes: list[str], task: str) -> str:
    """'27 ALL, 11 AML', or of numbers 'from 83.4 to 89.6, mean 87.2'."""
    if task == "classification":
        return ", ".join(f"{n} {label}" for label, n in sorted(Counter(outcomes).items()))
    numbers = [float(value) for value in outcomes]
    mean = sum(numbers) / len(numbers)
    return f"from {min(numbers):.4g} to {max(numbers):.4g}, mean {mean:.4g}"


def _data(setting: dict, dataset: dict) -> str:
    found, task = dataset["sizes"], dataset["task"]
    parts = []
    for name, of in found["cohorts"].items():
        where = "" if name == "development" else f"; external cohort `{name}`: "
        groups = len(set(of["groups"]) - {""})
        counted = f"{len(of['outcomes'])} samples ({_counted(of['outcomes'], task)})"
        parts.append(where + counted + (f" of {groups} groups" if groups else ""))
    layers = []
    for name, layer in setting["layers"].items():
        how = TEXTS.get(layer["transform"], layer["transform"])
        if "images" in layer:
            how = f"from images of {' x '.join(map(str, layer['size']))} pixels"
        layers.append(f"{found['features'].get(name, 0)} of `{name}` ({how})")
    outcome = f"`{setting['outcome']['column']}` ({task}"
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
    repeats, folds, inner = (scheme[key] for key in ("repeats", "folds", "inner_folds"))
    text = {
        "repeated_kfold": f"{folds}-fold cross-validation"
        + (f", repeated {repeats} times" if repeats > 1 else ""),
        "leave_one_group_out": "leaving out each group in turn",
        "leave_one_out": "leaving out each sample in turn",
        "bootstrap": f"{repeats} bootstrap samples{_drawn_within(datasets)}, tested on the samples"
        " that were not drawn",
    }[scheme["scheme"]]
    text = f"Models were compared by {text}"
    if scheme["scheme"] == "repeated_kfold":
        text += stratified(config, datasets)
    if grouped:
        text += (
            f"; samples of one group never stood on both sides of a split ({', '.join(grouped)})"
        )
    counts = [
        f"{d['name']} {d['sizes']['splits']} splits with"
        f" {' to '.join(map(str, dict.fromkeys(d['sizes']['training'])))} training samples"
        for d in datasets
    ]
    both = ", in Python and in R," if all(config["models"].values()) else ""
    return (
        f"{text} ({'; '.join(counts)}). Hyperparameters were chosen on {inner} inner folds of each"
        f" training set alone, as the error of a tuned model is biased otherwise {cite('varma')}."
        f" All models{both} had the same outer splits, the same inner folds and the same"
        " preprocessed values."
    )


def stratified(config: dict, datasets: list[dict]) -> str:
    """', stratified by class' with the names of the data sets where it is not true of all."""
    names = {}
    for d in datasets:
        classes = ["class"] if d["task"] == "classification" else []
        more = [f"`{column}`" for column in config["datasets"][d["name"]]["stratify_by"]]
        names.setdefault(" and ".join(classes + more), []).append(d["name"])
    told = [
        f"by {by}" + (f" ({', '.join(of)})" if len(names) > 1 else "")
        for by, of in names.items()
        if by
    ]
    return f", stratified {', '.join(told)}" if told else ""


def _drawn_within(datasets: list[dict]) -> str:
    """', drawn within each class', and for which data sets if not for all (see splits.py)."""
    names = []
    for dataset in datasets:
        of = dataset["sizes"]["cohorts"]["development"]
        pairs = set(zip(of["groups"], of["outcomes"], strict=True))
        mixed = any(of["groups"]) and len(pairs) > len(set(of["groups"]))
        if dataset["task"] == "classification" and not mixed:
            names.append(dataset["name"])
    if not names:
        return ""
    return ", drawn within each class" + (
        f" ({', '.join(names)})" if len(names) < len(datasets) else ""
    )


def _preprocessing(config: dict, datasets: list[dict], cite: Citations) -> str:
    setting, selection = config["preprocessing"], config["selection"]
    most = [
        f"{layer['top_variance']} of {name}, `{layer_name}`"
        for name, of in config["datasets"].items()
        for layer_name, layer in of["layers"].items()
        if layer["top_variance"]
    ]
    fill = {"zero": "zero"}.get(setting["impute"], f"the feature's {setting['impute']}")
    steps = [
        f"features missing in more than {setting['max_missing']:.0%} of the samples were dropped",
        f"other missing values were replaced by {fill}",
        "constant features were dropped",
    ]
    if most:
        steps.append(f"the features of largest variance were kept ({'; '.join(most)})")
    scaling = {"standard": "centred and scaled to unit variance", "center": "centred"}
    if setting["scale"] in scaling:
        steps.append(f"values were {scaling[setting['scale']]}")
    of_task = {"classification": "the analysis of variance", "regression": "a linear regression"}
    if selection["method"] != "none":
        tasks = sorted({of["outcome"]["task"] for of in config["datasets"].values()})
        steps.append(
            f"the {selection['features']} features with the largest F of"
            f" {' or '.join(of_task[task] for task in tasks)} were selected"
        )
    text = (
        "Whatever the workflow learns from samples was learned on the training samples of each fit,"
        " down to the inner folds, and only applied to the others, as selection outside biases"
        f" the error {cite('ambroise')}. Within each layer, in this order: {'; '.join(steps)}."
    )
    if any(len(of["layers"]) > 1 for of in config["datasets"].values()):
        text += (
            " Layers were joined, each divided by the square root of its number of kept features"
            f" {cite('westerhuis')}"
        )
        text += {
            "standard": ", which gives all the same sum of squares.",
            "center": "; one of larger variance still weighs more.",
            "none": "; one of larger values still weighs more.",
        }[setting["scale"]]
    if config["imbalance"] == "weights":
        text += " Training samples were weighted by the inverse frequency of their class."
    return text


def _models(config: dict, datasets: list[dict], cite: Citations) -> str:
    metrics = dict.fromkeys(d["task"] for d in datasets)
    tuning = " and ".join(f"{METRIC_NAMES[config['tuning']['metric'][t]]} ({t})" for t in metrics)
    # Data sets of one task have the same models.
    rows = {(d["task"], m["language"], m["name"]): m for d in datasets for m in d["specs"]}
    lines = ["| model | learner | fixed | tuned |", "|---|---|---|---|"]
    for m in rows.values():
        learner = m.get("estimator") or f"caret method {m['method']}"
        tuned = "caret's own grid" if m["language"] == "r" and m["grid"] is None else m["grid"]
        cells = [f"{m['language']}/{m['name']}", learner, _listed(m["params"]), _listed(tuned)]
        lines.append(f"| {' | '.join(cells)} |")
    kernlab = ""
    if any(
        task == "classification" and m.get("method", "").startswith("svm")
        for (task, *_), m in rows.items()
    ):
        kernlab = (
            " The support vector machines of R have the sigmoid that kernlab fits on the selected"
            " features, so after a selection their probabilities are too extreme."
        )
    return (
        f"Of each model's grid, or of a seeded sample of {config['tuning']['size']} candidates of"
        " it unless the model has its own size, the candidate with the best mean"
        f" {tuning} over the inner folds was fitted to the whole training set; the first one won a"
        " tie. Classifiers without probabilities of their own were calibrated by a sigmoid of"
        " decision values for the inner folds, each by a model trained without that fold,"
        f" preprocessing and selection included {cite('platt')}.{kernlab}\n\n" + "\n".join(lines)
    )


def _listed(settings) -> str:
    """'C: 0.1, 1; tol: 0.01' of a mapping, in code quotes; text stays as it is."""
    if isinstance(settings, str) or not settings:
        return settings or "-"
    texts = [
        f"{key}: {', '.join(map(_value, value)) if isinstance(value, list) else _value(value)}"
        for key, value in settings.items()
    ]
    return f"`{'; '.join(texts)}`".replace("|", "\\|")


def _value(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _statistics(config: dict, datasets: list[dict], used: dict, cite: Citations) -> str:
    main = {}
    for d in datasets:
        main.setdefault(METRIC_NAMES[d["metric"]], []).append(d["name"])
    named = "; ".join(
        f"{metric} ({', '.join(names)})" if len(main) > 1 else metric
        for metric, names in main.items()
    )
    kinds = {
        "regression"
        if d["task"] == "regression"
        else "binary"
        if len(_classes(d)) == 2
        else "multi"
        for d in datasets
    }
    kinds = [{"multi": "multiclass"}.get(kind, kind) for kind in sorted(kinds)]
    listed = dict.fromkeys(METRIC_NAMES[m] for kind in kinds for m in METRICS_OF[kind])
    others = [name for name in listed if name not in main]
    text = [
        f"One program scored the predictions of all models. Models were compared on {named},"
        f" as set before the run; other metrics ({some(others, 20)}) are descriptive."
    ]
    grouped = any(setting["groups"] for setting in config["datasets"].values())
    units = "samples, or groups where there are any," if grouped else "samples"
    if "nadeau_bengio" in used["intervals"]:
        text.append(
            "Estimates are means over the splits with the 95 % interval of the corrected resampled"
            f" t, since training sets overlap {cite('nadeau')}."
        )
    if "bootstrap" in used["intervals"]:
        text.append(
            f"Bootstrap intervals (percentiles of 2,000 resamples of {units} with all their"
            f" predictions) are conditional on the fitted models {cite('efron')}."
        )
    for method, what in (("wilson", "a proportion"), ("newcombe", "ROC AUC")):
        if method in used["intervals"]:
            text.append(f"Where all values were equal, {what} had another interval {cite(method)}.")
    if "nadeau_bengio" in used["tests"]:
        text.append(
            "Every two models were compared by the corrected resampled t test"
            f" {cite('nadeau')}, p-values adjusted within each data set {cite('holm')}."
        )
    for unit in ("group", "sample"):
        if f"{unit}_bootstrap" in used["tests"]:
            text.append(
                f"Every two models were compared by a bootstrap over {unit}s of their pooled"
                f" predictions, p-values adjusted within each data set {cite('holm')}."
            )
    if "bayesian_correlated_t" in used["tests"]:
        rope = f"{config['comparison']['rope']:g}"
        if any(d["task"] == "regression" for d in datasets):
            rope += " (of RMSE and MAE: times the outcome's standard deviation)"
        text.append(
            f"Two models count as practically equivalent where the Bayesian correlated t test gives"
            f" a probability of at least .95 that they differ by less than {rope}"
            f" {cite('corani', 'benavoli')}."
        )
    if "delong" in used["tests"]:
        text.append(f"In external cohorts, ROC AUCs were compared pairwise {cite('delong')}.")
    if used["selection"]:
        text.append(
            "The optimism of picking the model that scores best was estimated by bootstrap"
            f" bias-corrected cross-validation {cite('tsamardinos')}."
        )
    if any(d["task"] == "classification" for d in datasets):
        text.append(
            f"Calibration is told by its curve, slope and intercept {cite('calster')}, use by net"
            f" benefit {cite('vickers')}."
        )
    text.append(
        f"Features are told by the stability of their selection over the splits {cite('nogueira')}"
        f" and by what shuffling them among the test samples costs {cite('breiman')}."
    )
    permutations = config["comparison"]["null_permutations"]
    if permutations:
        text.append(
            f"The whole pipeline was run on {permutations} permutations of the outcomes as well;"
            " p = (b + 1)/(N + 1) with b of the N permutations at least as good."
        )
    return " ".join(text)


def _classes(dataset: dict) -> set[str]:
    return {label for of in dataset["sizes"]["cohorts"].values() for label in of["outcomes"]}


def _software(manifest: dict, cite: Citations) -> str:
    text = []
    sources = {"python": ("scikit-learn", "pedregosa"), "r": ("caret", "kuhn")}
    for language, found in manifest["versions"].items():
        package, source = sources[language]
        versions = ", ".join(f"{name} {v}" for name, v in found["packages"].items())
        name = {"python": "Python", "r": "R"}[language]
        # R without models draws, Python without models preprocesses and scores.
        trained = f"{package} {cite(source)} and " if manifest["config"]["models"][language] else ""
        text.append(f"{name} {found[language]} with {trained}{versions}.")
    commit = manifest["workflow"]["commit"]
    if commit:
        changed = " with local changes" if manifest["workflow"]["modified"] else ""
        text.append(f"Workflow: git commit {commit}{changed}.")
    return " ".join(text) + (
        f" The workflow is written in Snakemake {cite('molder')}. All random numbers follow from"
        f" the seed {manifest['seed']} and the names of data set, model and split, so that the"
        " number of cores changes no result. `manifest.json` has the configuration, checksums and"
        " versions."
    )


def _checklist(config: dict, cite: Citations) -> str:
    """Items of TRIPOD+AI and of the leakage taxonomy: what is answered here, what is not."""
    cohorts = any(setting["cohorts"] for setting in config["datasets"].values())
    grouped = all(setting["groups"] for setting in config["datasets"].values())
    outside = "in the external cohorts" if cohorts else "none; add `cohorts`, or say so"
    independence = (
        "samples of one group are never on both sides of a split"
        if grouped
        else "**yours to confirm**: samples were taken as independent where no `groups` are set"
    )
    return "\n".join(
        [
            f"TRIPOD+AI {cite('collins')}, items that this run answers, as far as it goes:",
            "",
            "- 7, 11 and 12b, preparation, missing data and handling of predictors: Preprocessing;"
            " what was done before the tables is yours.",
            "- 12a and 12c, use of the data, kinds of model, tuning, internal validation:"
            f" Resampling, Models; why these models is yours. Evaluation in other data: {outside}.",
            "- 12e, performance measures and comparison of models: Statistics. 13, class imbalance:"
            f" `imbalance: {config['imbalance']}`.",
            "- 18f, code: Software. 22, the full models: saved, see `manifest.json`.",
            "- 21, number of participants and outcomes: Data.",
            "- 23a, performance with intervals: `estimates.csv`, `summary.md`; subgroups: yours.",
            "",
            "Yours to write: 1 and 2 (title, abstract), 3 to 6 (background, objectives, source of"
            " the data, participants), 8 and 9 (how outcome and predictors were defined and"
            " measured), 10 (why so many participants), 12d and 23b (differences between"
            " clusters), 12f and 24 (updating of the model), 12g (how predictions are calculated),"
            " 14 (fairness), 15 (what the model gives, and thresholds), 16 and 20c (how data of"
            " development and of evaluation differ), 17 (ethics), 18a to 18e (funding, conflicts,"
            " protocol, registration, data), 19 (patients and public), 20a and 20b (flow and"
            " characteristics of participants), 25 to 27 (interpretation, limits, use).",
            "",
            f"Leakage {cite('kapoor')}:",
            "",
            "- L1.1, no test set: every estimate is on samples that its model was not trained on.",
            "- L1.2 and L1.3, preprocessing and selection: learned on training samples only by this"
            " workflow; steps before the tables are **yours to confirm**.",
            "- L1.4, duplicates: see `checks.csv`.",
            f"- L3.2, dependence of training and test samples: {independence}.",
            "- L2 (features that stand for the outcome), L3.1 (time) and L3.3 (sampling bias):"
            " **yours to confirm**; no program can see them.",
        ]
    )


def _checksums(manifest: dict) -> str:
    files = {**manifest["inputs"], **manifest["splits"]}
    return "\n".join(f"- `{path}`: {digest}" for path, digest in files.items())
