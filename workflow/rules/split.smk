rule make_splits:
    input:
        # Without groups, their sizes still count: the parent has them.
        samples=lambda wc: f"{RESULTS}/{STUDY.split_source(wc.dataset)}/samples.tsv",
        code=code("learn/make_splits.py"),
    output:
        f"{RESULTS}/{{dataset}}/splits.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/splits.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/splits.tsv"
    wildcard_constraints:
        dataset=without(STUDY.variants("layer")),
    priority: 10
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        resampling=STUDY.split_setting(),
        task=of_dataset(STUDY.task),
        seed=CONFIG["seed"],
        ungrouped=lambda wc: wc.dataset in STUDY.variants("ungrouped"),
    message:
        "Make the outer splits and inner folds of {wildcards.dataset}"
    script:
        "../scripts/learn/make_splits.py"
