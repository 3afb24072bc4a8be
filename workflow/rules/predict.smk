# Predictions for new samples by a saved model, where the configuration asks for them. What the run
# has made is only looked up: as an input it would be made again where it is not current.
if STUDY.prediction:
    ASKED = STUDY.prediction
    HOME = f"{RESULTS}/{ASKED['dataset']}"
    try:
        MODEL, MODEL_SHA256 = prediction.find_model(
            final_model(
                ASKED["dataset"],
                STUDY.model(ASKED["dataset"], ASKED["language"], ASKED["model"]),
            ),
            f"{RESULTS}/manifest.json",
        )
    except UserError as error:
        stop(error)

    rule read_new_samples:
        input:
            tables=[table["path"] for table in ASKED["tables"].values()],
            code=code("learn/read_new_samples.py"),
        output:
            f"{HOME}/new_samples.h5ad",
        log:
            f"{RESULTS}/logs/predict/new_samples.log",
        benchmark:
            f"{RESULTS}/benchmarks/predict/new_samples.tsv"
        conda:
            "../../envs/python.yaml"
        threads: 1
        resources:
            mem_mb=mem_mb(1000, 20),
        params:
            tables=canonical(ASKED["tables"]),
            join=ASKED["join"],
            data=f"{HOME}/data.h5ad",
            preprocessing=f"{HOME}/preprocessing.h5",
            # The tables are read again for a model that was trained anew.
            model_sha256=MODEL_SHA256,
        message:
            f"Read new samples for the models of {ASKED['dataset']}"
        script:
            "../scripts/learn/read_new_samples.py"

    # Without an output, so that it always runs: the user's file may be another model's.
    rule predict:
        input:
            new=f"{HOME}/new_samples.h5ad",
        log:
            f"{RESULTS}/logs/predict/predict.log",
        conda:
            f"../../envs/{ASKED['language']}.yaml"
        threads: 1
        resources:
            mem_mb=mem_mb(1000, 4),
        params:
            model=MODEL,
            sha256=MODEL_SHA256,
            output=ASKED["output"],
        message:
            f"Predict them with {ASKED['language']}/{ASKED['model']}"
        script:
            f"../scripts/learn/predict.{'py' if ASKED['language'] == 'python' else 'R'}"
