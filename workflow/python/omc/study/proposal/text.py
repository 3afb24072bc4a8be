"""The text of a proposed configuration: YAML with comments that say why."""

import yaml

from omc.study.proposal.propose import MANY_FEATURES, MODELS, TOP_VARIANCE, Layer, Proposal

SELECTION = {"classification": "anova", "regression": "f_regression", "survival": "cox"}


def configuration_text(proposal: Proposal, unsure: list[tuple[str, str]]) -> str:
    """The file, whose opening lists what the user should look at."""
    lines = [
        f"# Proposed from {', '.join(layer.path for layer in proposal.layers)} and"
        f" {proposal.sheet_path}.",
        "# Every key is described in config/README.md.",
    ]
    if unsure:
        lines += ["#", "# To look at:"]
        lines += [f"# - {key}: {sentence}" for key, sentence in unsure]
    lines += [f"run: {scalar(proposal.name)}", "", "datasets:", f"  {scalar(proposal.dataset)}:"]
    lines += ["    layers:"]
    for layer in proposal.layers:
        lines += _layer_lines(layer)
    lines += _clinical_lines(proposal)
    lines += [f"    samples: {_samples(proposal)}", f"    outcome: {flow(proposal.outcome)}"]
    if proposal.roles.groups:
        lines += [
            f"    groups: {scalar(proposal.roles.groups.name)}  # its samples are never on both"
            " sides of a split"
        ]
    lines += ["", *_learning_lines(proposal), "", *_model_lines(proposal)]
    return "\n".join(lines) + "\n"


def scalar(value) -> str:
    """A value as YAML writes it, in one line."""
    return yaml.safe_dump(value, allow_unicode=True, width=10**6).removesuffix("...\n").strip()


def flow(value) -> str:
    """A mapping or list as YAML writes it, in one line."""
    return yaml.safe_dump(
        value, allow_unicode=True, width=10**6, default_flow_style=True, sort_keys=False
    ).strip()


def _layer_lines(layer: Layer) -> list[str]:
    lines = [f"      {scalar(layer.name)}:", f"        table: {scalar(layer.path)}"]
    if layer.match.orientation:
        lines.append(f"        orientation: {layer.match.orientation}")
    lines += [f"        {key}: {value}" for key, value in layer.options.items()]
    comment = f"  # {layer.kind.words}"
    for key, value in layer.kind.settings.items():
        lines.append(f"        {key}: {scalar(value)}{comment}")
        comment = ""
    if comment:
        lines.append(f"        transform: none{comment}")
    features = layer.table.shape[1]
    if features > MANY_FEATURES and layer.kind.selects:
        lines.append(
            f"        top_variance: {TOP_VARIANCE}"
            f"  # of {features:,} features, chosen on the training samples of each fit"
        )
    return lines


def _clinical_lines(proposal: Proposal) -> list[str]:
    used = {proposal.outcome.get(key) for key in ("column", "time", "event")}
    names = [column.name for column in proposal.roles.clinical if column.name not in used]
    if not names:
        return []
    return [
        "      # Do the other layers add anything to these columns of the sheet? Uncomment to see:",
        f"      # clinical: {{columns: {flow(names)}, role: baseline}}",
    ]


def _samples(proposal: Proposal) -> str:
    match = proposal.layers[0].match
    exact = all(layer.match.exact for layer in proposal.layers)
    if match.column == "sample" and exact:
        return scalar(proposal.sheet_path)
    setting = {"file": proposal.sheet_path, "id": match.column}
    return flow(setting if exact else setting | {"match": "r_names"})


def _learning_lines(proposal: Proposal) -> list[str]:
    folds = {"folds": proposal.folds, "repeats": proposal.repeats, "inner_folds": proposal.folds}
    lines = [f"resampling: {flow(folds)}"]
    if proposal.roles.lab_batches:
        name = proposal.roles.lab_batches[0].name
        lines += [
            f"# Corrects for the lab batches of '{name}' inside each fold:",
            f"# preprocessing: {{batch: {{column: {scalar(name)}, method: combat}}}}",
        ]
    method = SELECTION[proposal.task] if proposal.selects else "none"
    return lines if method == "anova" else [*lines, f"selection: {{method: {method}}}"]


def _model_lines(proposal: Proposal) -> list[str]:
    models = MODELS[proposal.task]
    return ["models:", *(f"  {language}: {flow(models[language])}" for language in models)]
