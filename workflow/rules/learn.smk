rule make_splits:
    input:
        # A variant without groups still needs their sizes, which its base has.
        samples=lambda wc: f"{RESULTS}/{STUDY.split_source(wc.dataset)}/samples.tsv",
    output:
        splits=f"{RESULTS}/{{dataset}}/splits.csv",
        strata=f"{RESULTS}/{{dataset}}/strata.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/splits.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/splits.tsv"
    wildcard_constraints:
        dataset=all_but(STUDY.with_same_splits()),
    priority: 10
    localrule: True
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 5),
        runtime=runtime(10),
    params:
        resampling=STUDY.slices.split_setting(),
        task=for_dataset(STUDY.task),
        seed=CONFIG["seed"],
        ungrouped=lambda wc: wc.dataset in STUDY.variants("ungrouped"),
        code=code("learn/make_splits.py"),
    message:
        "Make the outer splits and inner folds of {wildcards.dataset}"
    script:
        "../scripts/learn/make_splits.py"


rule preprocess:
    input:
        **dataset_files("data", "samples", "splits"),
    output:
        f"{RESULTS}/{{dataset}}/preprocessing.h5",
    log:
        f"{RESULTS}/logs/{{dataset}}/preprocessing.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/preprocessing.tsv"
    priority: 10
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 6),
        runtime=runtime(60),
    params:
        setting=for_dataset(STUDY.slices.preprocessing_setting),
        task=for_dataset(STUDY.task),
        code=code("learn/preprocess.py"),
    message:
        "Learn the preprocessing of every fit of {wildcards.dataset}"
    script:
        "../scripts/learn/preprocess.py"


# Mistakes in models and data are found before the first model trains. Every run needs both languages,
# even without models: Python preprocesses and scores, R draws.
VALIDATED = expand(f"{RESULTS}/validation/models_{{language}}.json", language=["python", "r"])


rule validate_models_python:
    output:
        f"{RESULTS}/validation/models_python.json",
    log:
        f"{RESULTS}/logs/validation/models_python.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation/models_python.tsv"
    priority: 20
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(1000, 0),
        runtime=runtime(60),
    params:
        models=STUDY.slices.validation_setting("python"),
        code=code("learn/validate_models.py"),
    message:
        "Check the scikit-learn models of the configuration and the packages"
    script:
        "../scripts/learn/validate_models.py"


rule validate_models_r:
    output:
        f"{RESULTS}/validation/models_r.json",
    log:
        f"{RESULTS}/logs/validation/models_r.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation/models_r.tsv"
    priority: 20
    conda:
        "../../envs/r.yaml"
    resources:
        mem_mb=mem_mb(1000, 0),
        runtime=runtime(60),
    params:
        models=STUDY.slices.validation_setting("r"),
        code=code("learn/validate_models.R"),
    message:
        "Check the caret models of the configuration and the packages"
    script:
        "../scripts/learn/validate_models.R"


# Delays training in the first run until all checks pass. Afterwards the file is a plain input: with
# an upstream job to run, Snakemake overlooks changes behind ancient() inputs, and would validate a
# new model in every run. (Each training job checks its own model again.)
if not os.path.exists(PASSED):

    rule validate:
        input:
            models=VALIDATED,
            preprocessing=expand(f"{RESULTS}/{{dataset}}/preprocessing.h5", dataset=DATASETS),
            checks=expand(f"{RESULTS}/{{dataset}}/checks.csv", dataset=CONFIG["datasets"]),
        output:
            touch(PASSED),
        localrule: True
        message:
            "Models and data are in order: training begins"


# One job trains one model on a batch of splits. The last batch, `NofN`, also trains `final`, whose
# model is saved: train_<language>_final adds only that to train_<language>. With `tuning.jobs` above
# 1, as many jobs of tune_<language> evaluate the candidates of a batch first.
FINAL_BATCH = one_of(STUDY.jobs.final_batches)
# Not left to a ruleorder, for which Snakemake would make the jobs of both rules to compare them.
OTHER_BATCH = rf"(?!(?:{FINAL_BATCH})\b)\d+of\d+"


rule train_python:
    input:
        **training_input(),
        tuned=tuning_tables("python"),
    output:
        **training_files("python", [*PREDICTED, *TABLES]),
    log:
        f"{RESULTS}/logs/{{dataset}}/python/{{model}}/{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/{{model}}/{{batch}}.tsv"
    wildcard_constraints:
        batch=OTHER_BATCH,
    priority: training_priority("python")
    conda:
        "../../envs/python.yaml"
    resources:
        **training_resources("python"),
    params:
        **training_params("python"),
    message:
        "Train python/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}"
    script:
        "../scripts/learn/train.py"


rule train_r:
    input:
        **training_input(),
        tuned=tuning_tables("r"),
    output:
        **training_files("r", [*PREDICTED, *TABLES]),
    log:
        f"{RESULTS}/logs/{{dataset}}/r/{{model}}/{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/{{model}}/{{batch}}.tsv"
    wildcard_constraints:
        batch=OTHER_BATCH,
    priority: training_priority("r")
    conda:
        "../../envs/r.yaml"
    resources:
        **training_resources("r"),
    params:
        **training_params("r"),
    message:
        "Train r/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}"
    script:
        "../scripts/learn/train.R"


use rule train_python as tune_python with:
    input:
        **training_input(),
        tuned=[],
    output:
        **training_files("python", ["tuning", "timing"], "tune/{part}"),
    log:
        f"{RESULTS}/logs/{{dataset}}/python/{{model}}/{{batch}}-tune-{{part}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/{{model}}/{{batch}}-tune-{{part}}.tsv"
    wildcard_constraints:
        batch=r"\d+of\d+",
    message:
        "Tune python/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}, candidates {wildcards.part}"


use rule train_r as tune_r with:
    input:
        **training_input(),
        tuned=[],
    output:
        **training_files("r", ["tuning", "timing"], "tune/{part}"),
    log:
        f"{RESULTS}/logs/{{dataset}}/r/{{model}}/{{batch}}-tune-{{part}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/{{model}}/{{batch}}-tune-{{part}}.tsv"
    wildcard_constraints:
        batch=r"\d+of\d+",
    message:
        "Tune r/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}, candidates {wildcards.part}"


use rule train_python as train_python_final with:
    output:
        **training_files("python", [*PREDICTED, *TABLES]),
        model=directory(f"{RESULTS}/{{dataset}}/python/{{model}}/{{batch}}/final"),
    wildcard_constraints:
        batch=FINAL_BATCH,


use rule train_r as train_r_final with:
    output:
        **training_files("r", [*PREDICTED, *TABLES]),
        model=directory(f"{RESULTS}/{{dataset}}/r/{{model}}/{{batch}}/final"),
    wildcard_constraints:
        batch=FINAL_BATCH,
