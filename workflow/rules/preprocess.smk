rule preprocess:
    input:
        data=f"{RESULTS}/{{dataset}}/data.h5ad",
        samples=f"{RESULTS}/{{dataset}}/samples.tsv",
        splits=f"{RESULTS}/{{dataset}}/splits.csv",
        code=code("learn/preprocess.py"),
    output:
        f"{RESULTS}/{{dataset}}/preprocessing.h5",
    log:
        f"{RESULTS}/logs/{{dataset}}/preprocessing.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/preprocessing.tsv"
    priority: 10
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 6),
    params:
        setting=of_dataset(STUDY.preprocessing_setting),
        task=of_dataset(STUDY.task),
    message:
        "Learn the preprocessing of every fit of {wildcards.dataset}"
    script:
        "../scripts/learn/preprocess.py"
