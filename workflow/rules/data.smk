# Images become a table of features, shard by shard: each shard has its own jobs, and only missing or
# changed shards run again. {source} is a layer, or a layer of a cohort with other images.
IMAGE_LISTS = [
    f"{RESULTS}/{dataset}/images/{source}/images.csv" for dataset, source in STUDY.images
]
IMAGE_LAYER = f"{RESULTS}/{{dataset}}/images/{{source}}"
IMAGE_LOGS = f"{RESULTS}/logs/{{dataset}}/images/{{source}}"
IMAGE_TIMES = f"{RESULTS}/benchmarks/{{dataset}}/images/{{source}}"


rule list_images:
    output:
        f"{IMAGE_LAYER}/list.tsv",
    log:
        f"{IMAGE_LOGS}/list.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        source=image_setting("images"),
        pattern=image_setting("pattern"),
        key=image_setting("key"),
        shards=for_images(STUDY.images.shards),
        # The list is made again when images are added or removed.
        names=for_images(STUDY.images.digest),
        code=code("data/list_images.py"),
    message:
        "List the images of {wildcards.dataset}, {wildcards.source}"
    script:
        "../scripts/data/list_images.py"


rule prepare_images:
    input:
        list=f"{IMAGE_LAYER}/list.tsv",
        images=lambda wc: [
            image.path for image in STUDY.images.in_shard(wc.dataset, wc.source, wc.shard)
        ],
    output:
        prepared=f"{IMAGE_LAYER}/{{shard}}/prepared.h5",
        checked=f"{IMAGE_LAYER}/{{shard}}/checked.csv",
    log:
        f"{IMAGE_LOGS}/{{shard}}/prepare.log",
    benchmark:
        f"{IMAGE_TIMES}/{{shard}}/prepare.tsv"
    priority: 20
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(1000, 0),
        runtime=runtime(60),
    params:
        size=image_setting("size"),
        code=code("data/prepare_images.py"),
    message:
        "Prepare the images of {wildcards.dataset}, {wildcards.source}, shard {wildcards.shard}"
    script:
        "../scripts/data/prepare_images.py"


rule extract_image_features:
    input:
        prepared=f"{IMAGE_LAYER}/{{shard}}/prepared.h5",
    output:
        f"{IMAGE_LAYER}/{{shard}}/features.csv",
    log:
        f"{IMAGE_LOGS}/{{shard}}/features.log",
    benchmark:
        f"{IMAGE_TIMES}/{{shard}}/features.tsv"
    priority: 20
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(1000, 0),
        runtime=runtime(60),
    params:
        features=image_setting("features"),
        code=code("data/extract_image_features.py"),
    message:
        "Extract features of {wildcards.dataset}, {wildcards.source}, shard {wildcards.shard}"
    script:
        "../scripts/data/extract_image_features.py"


rule join_image_features:
    input:
        features=shard_files("features.csv"),
        checked=shard_files("checked.csv"),
    output:
        features=f"{IMAGE_LAYER}/features.csv",
        images=f"{IMAGE_LAYER}/images.csv",
        broken=f"{IMAGE_LAYER}/broken.csv",
    log:
        f"{IMAGE_LOGS}/join.log",
    benchmark:
        f"{IMAGE_TIMES}/join.tsv"
    priority: 20
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(500, 10),
        runtime=runtime(60),
    params:
        setting=for_images(STUDY.slices.image_join_setting),
        code=code("data/join_image_features.py"),
    message:
        "Join the image features of {wildcards.dataset}, {wildcards.source}"
    script:
        "../scripts/data/join_image_features.py"


# R writes .rds files as .h5ad files, which import_dataset reads.
rule read_rds:
    input:
        rds=rds("rds"),
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
    resources:
        mem_mb=mem_mb(800, 20),
        runtime=runtime(60),
    params:
        kind=rds("kind"),
        matrix=rds("matrix"),
        orientation=rds("orientation"),
        code=code("data/read_rds.R"),
    message:
        "Read {input.rds}"
    script:
        "../scripts/data/read_rds.R"


rule import_dataset:
    input:
        samples=lambda wc: STUDY.sheets(wc.dataset),
        tables=lambda wc: STUDY.tables(wc.dataset),
        image_features=image_files("features.csv"),
        images=image_files("images.csv"),
    output:
        **dataset_files("data", "samples"),
        annotation=f"{RESULTS}/{{dataset}}/annotation.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/import.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/import.tsv"
    wildcard_constraints:
        dataset=all_but(VARIANTS),
    priority: 10
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(1000, 20),
        runtime=runtime(30),
    params:
        setting=for_dataset(STUDY.slices.import_setting),
        image_folder=lambda wc: f"{RESULTS}/{STUDY.base(wc.dataset)}/images",
        code=code("data/import_dataset.py"),
    message:
        "Import data set {wildcards.dataset}"
    script:
        "../scripts/data/import_dataset.py"


# A layer alone, or all of them, on the samples and in the splits of its data set.
rule take_layer:
    input:
        **parent_files("data", "samples", "splits"),
    output:
        **dataset_files("data", "samples", "splits"),
    log:
        f"{RESULTS}/logs/{{dataset}}/import.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/import.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.with_same_splits()),
    priority: 10
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 6),
        runtime=runtime(30),
    params:
        layer=lambda wc: STUDY.datasets[wc.dataset]["variant"]["layer"],
        code=code("data/take_layer.py"),
    message:
        "Take the data of {wildcards.dataset}"
    script:
        "../scripts/data/take_layer.py"


# The same data as if each sample were its own subject.
rule drop_groups:
    input:
        **parent_files("data", "samples"),
    output:
        **dataset_files("data", "samples"),
    log:
        f"{RESULTS}/logs/{{dataset}}/import.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/import.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.variants("ungrouped")),
    priority: 10
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(500, 1),
        runtime=runtime(30),
    params:
        code=code("data/drop_groups.py"),
    message:
        "Forget the groups: {wildcards.dataset}"
    script:
        "../scripts/data/drop_groups.py"


rule check_data:
    input:
        **dataset_files("data", "samples", "splits"),
        sheet=lambda wc: STUDY.datasets[wc.dataset]["samples"],
        strata=f"{RESULTS}/{{dataset}}/strata.csv",
    output:
        f"{RESULTS}/{{dataset}}/checks.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/checks.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/checks.tsv"
    priority: 10
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 2),
        runtime=runtime(60),
    params:
        setting=for_dataset(STUDY.slices.data_check_setting),
        code=code("data/check_data.py"),
    message:
        "Look for what can bias the results of {wildcards.dataset}"
    script:
        "../scripts/data/check_data.py"


rule read_strata:
    input:
        sheets=[sheet for name in STUDY.with_subgroups() for sheet in STUDY.sheets(name)],
        samples=[f"{RESULTS}/{name}/samples.tsv" for name in STUDY.with_subgroups()],
    output:
        f"{RESULTS}/subgroup_samples.csv",
    log:
        f"{RESULTS}/logs/read_strata.log",
    benchmark:
        f"{RESULTS}/benchmarks/read_strata.tsv"
    # A column that does not exist is named before any model is trained.
    priority: 10
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(500, 5),
        runtime=runtime(60),
    params:
        setting=STUDY.slices.strata_setting(),
        code=code("data/read_strata.py"),
    message:
        "Divide the samples into subgroups"
    script:
        "../scripts/data/read_strata.py"
