# One job trains one model on a batch of splits. The batch `NofN` also holds `final`, whose model is
# saved: that is all that train_<language>_final adds to train_<language>. With `tuning.jobs` above 1,
# tune_<language> evaluates the candidates of a batch in so many jobs before.
LAST_BATCH = "|".join(f"{n}of{n}" for n in STUDY.batch_counts())


rule tune_python:
    input:
        **train_input("learn/train.py"),
    output:
        **tuned_tables("python"),
    log:
        f"{RESULTS}/logs/{{dataset}}/python/{{model}}/{{batch}}-tune-{{part}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/{{model}}/{{batch}}-tune-{{part}}.tsv"
    priority: train_priority("python")
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 4),
    params:
        **train_params("python"),
    message:
        "Tune python/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}, candidates {wildcards.part}"
    script:
        "../scripts/learn/train.py"


rule train_python:
    input:
        **train_input("learn/train.py"),
        tuned=tuned("python"),
    output:
        **trained_tables("python"),
    log:
        f"{RESULTS}/logs/{{dataset}}/python/{{model}}/{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/{{model}}/{{batch}}.tsv"
    priority: train_priority("python")
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 4),
    params:
        **train_params("python"),
    message:
        "Train python/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}"
    script:
        "../scripts/learn/train.py"


use rule train_python as train_python_final with:
    output:
        **trained_tables("python"),
        model=saved_model("python"),
    wildcard_constraints:
        batch=LAST_BATCH,


rule tune_r:
    input:
        **train_input("learn/train.R"),
    output:
        **tuned_tables("r"),
    log:
        f"{RESULTS}/logs/{{dataset}}/r/{{model}}/{{batch}}-tune-{{part}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/{{model}}/{{batch}}-tune-{{part}}.tsv"
    priority: train_priority("r")
    conda:
        "../../envs/r.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 4),
    params:
        **train_params("r"),
    message:
        "Tune r/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}, candidates {wildcards.part}"
    script:
        "../scripts/learn/train.R"


rule train_r:
    input:
        **train_input("learn/train.R"),
        tuned=tuned("r"),
    output:
        **trained_tables("r"),
    log:
        f"{RESULTS}/logs/{{dataset}}/r/{{model}}/{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/{{model}}/{{batch}}.tsv"
    priority: train_priority("r")
    conda:
        "../../envs/r.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 4),
    params:
        **train_params("r"),
    message:
        "Train r/{wildcards.model} on {wildcards.dataset}, batch {wildcards.batch}"
    script:
        "../scripts/learn/train.R"


use rule train_r as train_r_final with:
    output:
        **trained_tables("r"),
        model=saved_model("r"),
    wildcard_constraints:
        batch=LAST_BATCH,


ruleorder: train_python_final > train_python
ruleorder: train_r_final > train_r
