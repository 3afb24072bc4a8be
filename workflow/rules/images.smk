# Images become a table of features, shard by shard: each shard is prepared and described by jobs of
# its own, and only what is missing or has changed runs again. {source} is a layer, or a layer of a
# cohort with other images.
IMAGE_LISTS = [
    f"{RESULTS}/{dataset}/images/{source}/images.csv" for dataset, source in STUDY.images
]
IMAGE_LAYER = f"{RESULTS}/{{dataset}}/images/{{source}}"
IMAGE_LOGS = f"{RESULTS}/logs/{{dataset}}/images/{{source}}"
IMAGE_TIMES = f"{RESULTS}/benchmarks/{{dataset}}/images/{{source}}"


rule list_images:
    input:
        code=code("data/list_images.py"),
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
        shards=of_images(STUDY.image_shards),
        # The list is made again when an image comes or goes.
        names=of_images(STUDY.image_digest),
    message:
        "List the images of {wildcards.dataset}, {wildcards.source}"
    script:
        "../scripts/data/list_images.py"


rule prepare_images:
    input:
        list=f"{IMAGE_LAYER}/list.tsv",
        images=lambda wc: [
            image.path for image in STUDY.shard_images(wc.dataset, wc.source, wc.shard)
        ],
        code=code("data/prepare_images.py"),
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
    threads: 1
    resources:
        mem_mb=mem_mb(1000, 0),
    params:
        size=image_setting("size"),
    message:
        "Prepare the images of {wildcards.dataset}, {wildcards.source}, shard {wildcards.shard}"
    script:
        "../scripts/data/prepare_images.py"


rule extract_image_features:
    input:
        prepared=f"{IMAGE_LAYER}/{{shard}}/prepared.h5",
        code=code("data/extract_image_features.py"),
    output:
        f"{IMAGE_LAYER}/{{shard}}/features.csv",
    log:
        f"{IMAGE_LOGS}/{{shard}}/features.log",
    benchmark:
        f"{IMAGE_TIMES}/{{shard}}/features.tsv"
    priority: 20
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(1000, 0),
    params:
        features=image_setting("features"),
    message:
        "Extract features of {wildcards.dataset}, {wildcards.source}, shard {wildcards.shard}"
    script:
        "../scripts/data/extract_image_features.py"


rule join_image_features:
    input:
        features=of_shards("features.csv"),
        checked=of_shards("checked.csv"),
        code=code("data/join_image_features.py"),
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
    threads: 1
    resources:
        mem_mb=mem_mb(500, 10),
    params:
        setting=of_images(STUDY.image_join_setting),
    message:
        "Join the image features of {wildcards.dataset}, {wildcards.source}"
    script:
        "../scripts/data/join_image_features.py"
