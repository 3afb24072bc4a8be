# Tables of training jobs, of data sets and of the run, for the rules of evaluate.smk and joins.smk.

CONFIGURED_ONLY = one_of(CONFIG["datasets"])
ONE_DATASET = len(CONFIG["datasets"]) == 1
COMPARED = ["estimates", "comparisons", "coverage", "ranking", "selection", "picks"]
DESCRIBED = ["calibration", "curves", "confusion", "net_benefit", "sample_errors"]
SURVIVAL = ["horizons", "horizon_calibration", "horizon_benefit", "risk_groups"]
SIGNATURE = ["stability", "signature", "feature_ranks", "permutation_plan"]
# Captions of tables in the report, and their labels.
IN_REPORT = dict(
    checks=("checks", "checks"),
    metrics=("metrics", "metrics of every split"),
    estimates=("estimates", "estimates with intervals"),
    comparisons=("comparisons_table", "comparisons of every two"),
    selection=("selection", "what to expect of the best"),
)


def evaluated(*tables):
    """Tables of the job's data set by name."""
    return {table: f"{RESULTS}/{{dataset}}/{table}.csv" for table in tables}


def table_of(table, wildcards):
    """A table with the rows of the job's data set.

    With one data set that is the table of the run: who asks for a figure alone gets its tables too.
    """
    if ONE_DATASET:
        return f"{RESULTS}/{table}.csv"
    dataset = wildcards.dataset if table in TABLES else STUDY.base(wildcards.dataset)
    return f"{RESULTS}/{dataset}/{table}.csv"


def with_variants(*names):
    """Files of the job's data set and of its variants by name."""

    def files(name):
        file = DATASET_FILES.get(name, f"{name}.csv")
        return lambda wc: [f"{RESULTS}/{each}/{file}" for each in STUDY.with_variants(wc.dataset)]

    return {name: files(name) for name in names}


def trained_tables(dataset, table):
    """One table of every training job of a data set, in the order of the configuration."""
    return [
        f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/{part}{table}.csv"
        for model in STUDY.models[dataset]
        for batch in STUDY.jobs.batches(dataset, model)
        # Tuning jobs have a timing.csv too.
        for part in ["", *(f"tune/{n}/" for n in STUDY.jobs.parts(model) if table == "timing")]
    ]


def joined_tables(*tables):
    """Tables of every training job of the job's data set, by name."""

    def files(table):
        return lambda wildcards: trained_tables(wildcards.dataset, table)

    return {table: files(table) for table in tables}


def permuted_tables(language):
    """Predictions with shuffled features by the models of a language, variants too."""
    return lambda wc: [
        f"{RESULTS}/{name}/{language}/permuted.csv" for name in STUDY.with_variants(wc.dataset)
    ]


def prevalidation_files(variant):
    """Four files of a baseline alone and two of the only other layer; none without the latter."""
    other = STUDY.other_layer(variant)
    if other is None:
        return []
    own = ("data", "samples", "splits", "preprocessing")
    return [f"{RESULTS}/{variant}/{DATASET_FILES[name]}" for name in own] + [
        f"{RESULTS}/{other}/{DATASET_FILES[name]}" for name in PREDICTED
    ]


def made_together():
    """(step, tables, data sets): tables that one job makes of each of these data sets.

    join_<step> joins those of all steps of its name.
    """
    configured = list(CONFIG["datasets"])
    steps = [
        ("training", [table for table in TABLES if table != "failures"], DATASETS),
        # Those on permuted outcomes are among them, for which nothing else of training waits.
        ("null" if STUDY.permuted() else "training", ["failures"], DATASETS),
        ("checks", ["checks"], configured),
        ("metrics", ["metrics"], configured),
        ("comparisons", COMPARED, configured),
        ("descriptions", DESCRIBED, configured),
        ("survival", SURVIVAL, [name for name in configured if name in STUDY.with_survival()]),
        ("null", ["null", "null_tests"], STUDY.permuted()),
        ("subgroups", ["subgroups", "heterogeneity"], STUDY.with_subgroups()),
        ("variants", ["variants"], [n for n in configured if STUDY.with_variants(n)[1:]]),
        ("added_value", ["added_value"], [n for n in configured if STUDY.baselines_alone(n)]),
        ("features", SIGNATURE, configured),
        ("features", ["feature_labels"], configured),
        ("features", ["permutation_importance"], configured),
        ("findings", ["findings"], configured),
    ]
    return [step for step in steps if step[-1]]


def tables_to_join():
    """{step: {table: its files, one for each data set}}."""
    joins = {}
    for step, tables, datasets in made_together():
        joins.setdefault(step, {}).update({table: parts_of(table, datasets) for table in tables})
    return joins


def parts_of(table, datasets):
    """The tables of data sets that make up a table of the run."""
    files = [f"{RESULTS}/{name}/{table}.csv" for name in datasets]
    if table == "checks":
        permuted = [name for name in datasets if name in STUDY.permuted()]
        files += [f"{RESULTS}/{name}/null_checks.csv" for name in permuted]
    if table == "failures":
        files += [file for name in STUDY.permuted() for file in null_trained(name, table)]
    return files


def table_of_run(table):
    """The path of a table of the run, with its place in the report if it has one."""
    path = f"{RESULTS}/{table}.csv"
    return in_report(path, *IN_REPORT[table]) if table in IN_REPORT else path


def tables_of_run():
    """Paths of all tables of the run that are joined from those of the data sets."""
    return [f"{RESULTS}/{table}.csv" for tables in tables_to_join().values() for table in tables]
