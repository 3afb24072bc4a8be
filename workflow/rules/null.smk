# The label-permutation null: each permutation of a data set's outcomes passes through the whole
# pipeline, from splits to scores, with the scripts of the real outcomes. Only predictions and
# failures are kept.
rule permute_labels:
    input:
        **dataset_files("data", "samples"),
        validated=ancient(PASSED),
    output:
        **dataset_files("samples", "splits", "preprocessing", folder=PERMUTATION),
    log:
        f"{NULL_LOG}/permute.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/null/{{permutation}}/permute.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 6),
        runtime=runtime(60),
    params:
        name=null_name,
        resampling=STUDY.slices.split_setting(),
        setting=for_dataset(STUDY.slices.preprocessing_setting),
        task=for_dataset(STUDY.task),
        seed=CONFIG["seed"],
        code=code("learn/permute_labels.py"),
    message:
        "Permute the outcomes of {wildcards.dataset}, permutation {wildcards.permutation}"
    script:
        "../scripts/learn/permute_labels.py"


use rule train_python as train_python_null with:
    input:
        **training_input(PERMUTATION),
        tuned=[],
    output:
        **null_tables("python"),
    log:
        f"{NULL_LOG}/python/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/null/{{permutation}}/python/{{model}}.tsv"
    priority: 0
    params:
        dataset=null_name,
        batch_index=1,
        batch_count=1,
        final=False,
    message:
        "Train python/{wildcards.model} on {wildcards.dataset}, permutation {wildcards.permutation}"


use rule train_r as train_r_null with:
    input:
        **training_input(PERMUTATION),
        tuned=[],
    output:
        **null_tables("r"),
    log:
        f"{NULL_LOG}/r/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/null/{{permutation}}/r/{{model}}.tsv"
    priority: 0
    params:
        dataset=null_name,
        batch_index=1,
        batch_count=1,
        final=False,
    message:
        "Train r/{wildcards.model} on {wildcards.dataset}, permutation {wildcards.permutation}"


rule score_null:
    input:
        observed=f"{RESULTS}/{{dataset}}/predictions.csv",
        predictions=lambda wc: null_trained(wc.dataset, "predictions"),
        splits=null_files("splits.csv"),
        preprocessing=null_files("preprocessing.h5"),
    output:
        null=f"{RESULTS}/{{dataset}}/null.csv",
        tests=f"{RESULTS}/{{dataset}}/null_tests.csv",
        checks=f"{RESULTS}/{{dataset}}/null_checks.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/score_null.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/score_null.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        models=for_dataset(STUDY.slices.learner_names),
        made_with=for_dataset(STUDY.slices.null_keys),
        scoring=for_dataset(STUDY.slices.null_scoring),
        code=code("evaluate/score_null.py"),
    message:
        "Compare the models of {wildcards.dataset} with what they score on permuted outcomes"
    script:
        "../scripts/evaluate/score_null.py"
