# One job trains one model on a batch of splits. The batch `NofN` also holds `final`, whose model is
# saved: that is all that train_<language>_final adds to train_<language>.
LAST_BATCH = "|".join(f"{n}of{n}" for n in STUDY.batch_counts())


rule train_python:
    input:
        **train_input(
            "python",
            *("training", "models", "losses", "preprocessing", "matrix", "saving"),
            *("splits", "seeds", "checksums", "contracts", "csvs", "errors", "logs"),
        ),
    output:
        **trained_tables("python"),
    log:
        f"{RESULTS}/logs/{{dataset}}/python/{{model}}/{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/{{model}}/{{batch}}.tsv"
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        **train_params("python"),
    message:
        "Train python/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}"
    script:
        "../scripts/train.py"


use rule train_python as train_python_final with:
    output:
        **trained_tables("python"),
        model=saved_model("python"),
    wildcard_constraints:
        batch=LAST_BATCH,


rule train_r:
    input:
        **train_input(
            "r",
            *("training", "models", "losses", "preprocessing", "matrix"),
            *("seeds", "logs"),
        ),
    output:
        **trained_tables("r"),
    log:
        f"{RESULTS}/logs/{{dataset}}/r/{{model}}/{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/{{model}}/{{batch}}.tsv"
    conda:
        "../../envs/r.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        **train_params("r"),
    message:
        "Train r/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}"
    script:
        "../scripts/train.R"


use rule train_r as train_r_final with:
    output:
        **trained_tables("r"),
        model=saved_model("r"),
    wildcard_constraints:
        batch=LAST_BATCH,


ruleorder: train_python_final > train_python
ruleorder: train_r_final > train_r
