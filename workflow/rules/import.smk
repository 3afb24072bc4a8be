rule import_dataset:
    input:
        samples=lambda wc: STUDY.sheets(wc.dataset),
        tables=lambda wc: STUDY.files(wc.dataset),
        code=library(
            "python",
            *("tables", "formats", "transforms", "matrix"),
            *("csvs", "errors", "logs"),
        ),
    output:
        data=f"{RESULTS}/{{dataset}}/data.h5ad",
        samples=f"{RESULTS}/{{dataset}}/samples.tsv",
    log:
        f"{RESULTS}/logs/{{dataset}}/import.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/import.tsv"
    priority: 10
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(1000, 20),
    params:
        setting=of_dataset(STUDY.import_setting),
    message:
        "Import data set {wildcards.dataset}"
    script:
        "../scripts/import_dataset.py"
