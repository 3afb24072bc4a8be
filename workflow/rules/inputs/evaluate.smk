# Tables of all training jobs, for the rules of evaluate.smk.


def trained_tables(wildcards, table, datasets=None):
    """One table of every training job of the given data sets, in the order of the configuration."""
    return [
        f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/{table}.csv"
        for dataset in datasets or [wildcards.dataset]
        for model in STUDY.models[dataset]
        for batch in STUDY.jobs.batches(dataset, model)
    ]


def joined_tables(wildcards):
    """Files of one table of all jobs that write it."""
    if wildcards.table == "checks":
        # Variants have the samples of their base.
        return [f"{RESULTS}/{name}/checks.csv" for name in CONFIG["datasets"]] + [
            f"{RESULTS}/{name}/null_checks.csv" for name in STUDY.permuted()
        ]
    if wildcards.table in ("subgroups", "heterogeneity"):
        return [f"{RESULTS}/{name}/{wildcards.table}.csv" for name in STUDY.with_subgroups()]
    if wildcards.table in ("null", "null_tests"):
        return [f"{RESULTS}/{name}/{wildcards.table}.csv" for name in STUDY.permuted()]
    if wildcards.table == "timing":
        return timing_tables()
    return trained_tables(wildcards, wildcards.table, DATASETS)


def timing_tables():
    """The timing.csv of every job that trains or tunes."""
    return trained_tables(None, "timing", DATASETS) + [
        f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/tune/{part}/timing.csv"
        for dataset in DATASETS
        for model in STUDY.models[dataset]
        for batch in STUDY.jobs.batches(dataset, model)
        for part in STUDY.jobs.parts(model)
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
