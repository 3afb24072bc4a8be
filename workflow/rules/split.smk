rule make_splits:
    input:
        samples=f"{RESULTS}/{{dataset}}/samples.tsv",
        code=library("python", "splits", "seeds", "contracts", "csvs", "errors", "logs"),
    output:
        f"{RESULTS}/{{dataset}}/splits.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/splits.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/splits.tsv"
    priority: 10
    conda:
        "../../envs/python.yaml"
    params:
        resampling=STUDY.split_setting(),
        task=of_dataset(STUDY.task),
        seed=CONFIG["seed"],
    message:
        "Make the outer splits and inner folds of {wildcards.dataset}"
    script:
        "../scripts/make_splits.py"
