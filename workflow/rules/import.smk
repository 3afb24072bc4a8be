# An .rds file holds what R users have: R writes it as an .h5ad file, which import_dataset reads.
rule read_rds:
    input:
        rds=rds("rds"),
        code=code("data/read_rds.R"),
    output:
        f"{RESULTS}/{{dataset}}/rds/{{part}}.h5ad",
    log:
        f"{RESULTS}/logs/{{dataset}}/rds_{{part}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/rds_{{part}}.tsv"
    wildcard_constraints:
        part="[A-Za-z0-9_.-]+",
    priority: 10
    conda:
        "../../envs/bioconductor.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 20),
    params:
        kind=rds("kind"),
        matrix=rds("matrix"),
        orientation=rds("orientation"),
    message:
        "Read {input.rds}"
    script:
        "../scripts/data/read_rds.R"


rule import_dataset:
    input:
        samples=lambda wc: STUDY.sheets(wc.dataset),
        tables=lambda wc: STUDY.files(wc.dataset),
        image_features=joined_images("features.csv"),
        images=joined_images("images.csv"),
        code=code("data/import_dataset.py"),
    output:
        data=f"{RESULTS}/{{dataset}}/data.h5ad",
        samples=f"{RESULTS}/{{dataset}}/samples.tsv",
    log:
        f"{RESULTS}/logs/{{dataset}}/import.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/import.tsv"
    wildcard_constraints:
        dataset=without(VARIANTS),
    priority: 10
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(1000, 20),
    params:
        setting=of_dataset(STUDY.import_setting),
        image_folder=lambda wc: f"{RESULTS}/{STUDY.home(wc.dataset)}/images",
    message:
        "Import data set {wildcards.dataset}"
    script:
        "../scripts/data/import_dataset.py"


# A layer alone, on the samples and in the splits of its data set.
rule take_layer:
    input:
        **of_parent("data", "samples", "splits"),
        code=code("data/take_layer.py"),
    output:
        data=f"{RESULTS}/{{dataset}}/data.h5ad",
        samples=f"{RESULTS}/{{dataset}}/samples.tsv",
        splits=f"{RESULTS}/{{dataset}}/splits.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/import.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/import.tsv"
    wildcard_constraints:
        dataset=only(STUDY.variants("layer")),
    priority: 10
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 6),
    params:
        layer=lambda wc: STUDY.datasets[wc.dataset]["variant"]["layer"],
    message:
        "Take one layer: {wildcards.dataset}"
    script:
        "../scripts/data/take_layer.py"


# The same data as if each sample were a subject of its own.
rule drop_groups:
    input:
        **of_parent("data", "samples"),
        code=code("data/drop_groups.py"),
    output:
        data=f"{RESULTS}/{{dataset}}/data.h5ad",
        samples=f"{RESULTS}/{{dataset}}/samples.tsv",
    log:
        f"{RESULTS}/logs/{{dataset}}/import.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/import.tsv"
    wildcard_constraints:
        dataset=only(STUDY.variants("ungrouped")),
    priority: 10
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(500, 1),
    message:
        "Forget the groups: {wildcards.dataset}"
    script:
        "../scripts/data/drop_groups.py"


rule check_data:
    input:
        sheet=lambda wc: STUDY.datasets[wc.dataset]["samples"],
        data=f"{RESULTS}/{{dataset}}/data.h5ad",
        samples=f"{RESULTS}/{{dataset}}/samples.tsv",
        splits=f"{RESULTS}/{{dataset}}/splits.csv",
        code=code("data/check_data.py"),
    output:
        f"{RESULTS}/{{dataset}}/checks.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/checks.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/checks.tsv"
    priority: 10
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(800, 2),
    params:
        setting=of_dataset(STUDY.data_check_setting),
    message:
        "Look for batches, repeated subjects, near duplicates and gaps in {wildcards.dataset}"
    script:
        "../scripts/data/check_data.py"
