# What the models look at: how stable their features are, a ranking that all share, and what
# shuffling its first features costs the best model of each language. Which features these are, all
# models say together, so that a new one in either language runs this again for both.
PERMUTE_INPUT = dict(
    data=f"{RESULTS}/{{dataset}}/data.h5ad",
    samples=f"{RESULTS}/{{dataset}}/samples.tsv",
    splits=f"{RESULTS}/{{dataset}}/splits.csv",
    preprocessing=f"{RESULTS}/{{dataset}}/preprocessing.h5",
    tuning=f"{RESULTS}/tuning.csv",
    failures=f"{RESULTS}/failures.csv",
    plan=f"{RESULTS}/permutation_plan.csv",
)


rule signature:
    input:
        importance=f"{RESULTS}/importance.csv",
        ranking=f"{RESULTS}/ranking.csv",
        data=expand(f"{RESULTS}/{{dataset}}/data.h5ad", dataset=DATASETS),
        code=code("evaluate/signature.py"),
    output:
        stability=f"{RESULTS}/stability.csv",
        signature=f"{RESULTS}/signature.csv",
        ranks=f"{RESULTS}/feature_ranks.csv",
        plan=f"{RESULTS}/permutation_plan.csv",
    log:
        f"{RESULTS}/logs/signature.log",
    benchmark:
        f"{RESULTS}/benchmarks/signature.tsv"
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 5),
    params:
        datasets=STUDY.comparison_setting(),
    message:
        "Compare the features that the models use"
    script:
        "../scripts/evaluate/signature.py"


rule permute_python:
    input:
        **PERMUTE_INPUT,
        code=code("learn/permute.py"),
    output:
        f"{RESULTS}/{{dataset}}/python/permuted.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/python/permute.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/permute.tsv"
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 4),
    params:
        **CHECK_PARAMS,
        models=lambda wc: STUDY.check_setting(wc.dataset, "python"),
    message:
        "Shuffle features for the best scikit-learn model of {wildcards.dataset}"
    script:
        "../scripts/learn/permute.py"


rule permute_r:
    input:
        **PERMUTE_INPUT,
        code=code("learn/permute.R"),
    output:
        f"{RESULTS}/{{dataset}}/r/permuted.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/r/permute.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/permute.tsv"
    conda:
        "../../envs/r.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 4),
    params:
        **CHECK_PARAMS,
        models=lambda wc: STUDY.check_setting(wc.dataset, "r"),
    message:
        "Shuffle features for the best caret model of {wildcards.dataset}"
    script:
        "../scripts/learn/permute.R"


rule permutation_importance:
    input:
        **{
            language: expand(f"{RESULTS}/{{dataset}}/{language}/permuted.csv", dataset=DATASETS)
            for language in STUDY.languages()
        },
        plan=f"{RESULTS}/permutation_plan.csv",
        code=code("evaluate/permutation_importance.py"),
    output:
        f"{RESULTS}/permutation_importance.csv",
    log:
        f"{RESULTS}/logs/permutation_importance.log",
    benchmark:
        f"{RESULTS}/benchmarks/permutation_importance.tsv"
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 10),
    params:
        datasets=STUDY.comparison_setting(),
    message:
        "Score the predictions of shuffled features"
    script:
        "../scripts/evaluate/permutation_importance.py"
