# Files and settings of training jobs, for the rules of learn.smk, check.smk and null.smk.


def training_files(language, tables, folder=""):
    """Tables of a job that trains or tunes a batch, by name."""
    batch = f"{RESULTS}/{{dataset}}/{language}/{{model}}/{{batch}}"
    return {table: os.path.join(batch, folder, f"{table}.csv") for table in tables}


def training_input(folder=f"{RESULTS}/{{dataset}}"):
    """Inputs of a training job; folder: with samples, splits and preprocessing."""
    return dict(
        **dataset_files("data"),
        **dataset_files("samples", "splits", "preprocessing", folder=folder),
        # ancient: only its existence counts.
        validated=ancient(PASSED),
    )


def tuning_tables(language):
    """The tables of the tuning jobs of a training job; none if it tunes by itself."""

    def files(wildcards):
        model = STUDY.model(wildcards.dataset, language, wildcards.model)
        folder = f"{RESULTS}/{wildcards.dataset}/{language}/{model.name}/{wildcards.batch}"
        return [f"{folder}/tune/{part}/tuning.csv" for part in STUDY.jobs.parts(model)]

    return files


def training_params(language):
    """The slice of the configuration that a training job depends on."""

    def model(wildcards):
        return STUDY.model(wildcards.dataset, language, wildcards.model)

    return dict(
        code=code("learn/train.py" if language == "python" else "learn/train.R"),
        dataset="{dataset}",
        spec=lambda wc: model(wc).spec_text,
        task=for_dataset(STUDY.task),
        tuning_metric=for_dataset(STUDY.tuning_metric),
        imbalance=CONFIG["imbalance"],
        seed=CONFIG["seed"],
        batch_index=lambda wc: int(wc.batch.split("of")[0]),
        batch_count=lambda wc: int(wc.batch.split("of")[1]),
        # Whether split `final` is trained after them.
        final=lambda wc: wc.batch in STUDY.jobs.final_batches,
        # [index, count] of the candidates that a tuning job takes; a training job takes all.
        part=lambda wc: [int(n) for n in wc.part.split("of")] if "part" in wc.keys() else None,
    )


def earlier_rows(table):
    """Rows of a table of an earlier run; none without it."""
    return read_csv(table) if os.path.exists(table) else []


@cache
def measured():
    """What training jobs took in an earlier run, else what `make check` forecast (see `needs`)."""
    timing, trained = earlier_rows(EARLIER), defaultdict(set)
    for row in timing:
        trained[row["dataset"]].add(row["split"])
    # The study may not know how many samples are left out in turn.
    splits = {
        name: max(STUDY.jobs.split_count(name), len(trained[name] - {"", "final"}))
        for name in DATASETS
    }
    return needs(earlier_rows(FORECAST), timing, STUDY.slices.job_plans(), splits)


def training_memory(language):
    """Memory of a training job, by what is known of its model and by the size of its data."""
    by_size = mem_mb(800, 4)

    def memory(wildcards, input, attempt):
        known = measured().get((wildcards.dataset, language, wildcards.model))
        if known is None:
            return by_size(wildcards, input, attempt)
        seen = attempt * max(800, int(1.3 * known["memory_mb"]) + beside_mb())
        # The check has trained on one split, and a job reads the data of several.
        return (
            seen if known["basis"] == EARLIER_RUN else max(seen, by_size(wildcards, input, attempt))
        )

    return memory


def training_minutes(language):
    """Minutes of a training job: three times what it was seen to take, else by the model's cost."""

    def minutes(wildcards, attempt):
        if known := measured().get((wildcards.dataset, language, wildcards.model)):
            return attempt * max(LEAST_MINUTES, math.ceil(3 * known["longest_seconds"] / 60))
        return attempt * STUDY.jobs.minutes(
            STUDY.model(wildcards.dataset, language, wildcards.model)
        )

    return minutes


def training_resources(language):
    """What a training job gets, and the limits of a model's splits, which change no result."""

    def limit(name):
        return lambda wc: getattr(STUDY.model(wc.dataset, language, wc.model), name)

    return dict(
        mem_mb=training_memory(language),
        runtime=training_minutes(language),
        # Of the notes about killed attempts.
        attempt=lambda wc, attempt: attempt,
        time_limit=limit("time_limit"),
        memory_limit=limit("memory_limit"),
    )


def training_priority(language):
    """Long jobs first, so that no core has to wait at the end."""
    return lambda wc: STUDY.jobs.priority(STUDY.model(wc.dataset, language, wc.model))


def trained_files(dataset, model, batch):
    """Files of a job that trains a batch, the final model among them if it trains that."""
    folder = f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}"
    tables = [f"{folder}/{table}.csv" for table in (*PREDICTED, *TABLES)]
    return [*tables, f"{folder}/final"] if batch in STUDY.jobs.final_batches else tables


def final_models():
    """The folders of all models that were trained on all samples of development."""
    return [
        final_model(dataset, model)
        for dataset in DATASETS
        for model in STUDY.models[dataset]
        if CONFIG["final_models"]
    ]


def final_model(dataset, model):
    """The folder of a model that was trained on all samples of development."""
    batch = STUDY.jobs.batches(dataset, model)[-1]
    return f"{RESULTS}/{dataset}/{model.language}/{model.name}/{batch}/final"


def check_params(language):
    """Params of jobs that train models outside the comparison."""
    return dict(
        dataset="{dataset}",
        task=for_dataset(STUDY.task),
        tuning_metric=for_dataset(STUDY.tuning_metric),
        imbalance=CONFIG["imbalance"],
        seed=CONFIG["seed"],
        models=lambda wc: STUDY.slices.check_setting(wc.dataset, language),
    )
