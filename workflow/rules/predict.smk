# Predictions for new samples by a saved model, if the configuration asks for them. Files of the run
# are params: as inputs, they would be made again if they were not up to date.
if STUDY.prediction:
    REQUEST = STUDY.prediction
    DATASET_FOLDER = f"{RESULTS}/{REQUEST['dataset']}"
    try:
        MODEL, MODEL_SHA256 = prediction.find_model(
            final_model(
                REQUEST["dataset"],
                STUDY.model(REQUEST["dataset"], REQUEST["language"], REQUEST["model"]),
            ),
            f"{RESULTS}/manifest.json",
        )
    except UserError as error:
        stop(error)

    rule read_new_samples:
        input:
            tables=[table["path"] for table in REQUEST["tables"].values()],
        output:
            f"{DATASET_FOLDER}/new_samples.h5ad",
        log:
            f"{RESULTS}/logs/predict/new_samples.log",
        benchmark:
            f"{RESULTS}/benchmarks/predict/new_samples.tsv"
        conda:
            "../../envs/python.yaml"
        resources:
            mem_mb=mem_mb(1000, 20),
            runtime=runtime(30),
        params:
            tables=canonical(REQUEST["tables"]),
            join=REQUEST["join"],
            data=f"{DATASET_FOLDER}/data.h5ad",
            preprocessing=f"{DATASET_FOLDER}/preprocessing.h5",
            # The tables are read again if the model was trained again.
            model_sha256=MODEL_SHA256,
            code=code("learn/read_new_samples.py"),
        message:
            f"Read new samples for the models of {REQUEST['dataset']}"
        script:
            "../scripts/learn/read_new_samples.py"

    # Without an output, so that it always runs: the user's file may be from another model.
    rule predict:
        input:
            new=f"{DATASET_FOLDER}/new_samples.h5ad",
        log:
            f"{RESULTS}/logs/predict/predict.log",
        conda:
            f"../../envs/{REQUEST['language']}.yaml"
        resources:
            mem_mb=mem_mb(1000, 4),
            runtime=runtime(30),
        params:
            model=MODEL,
            sha256=MODEL_SHA256,
            output=REQUEST["output"],
        message:
            f"Predict them with {REQUEST['language']}/{REQUEST['model']}"
        script:
            f"../scripts/learn/predict.{'py' if REQUEST['language'] == 'python' else 'R'}"
