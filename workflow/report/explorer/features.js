// The features that the models agree on: rank, stability, values by outcome.
"use strict";

function featuresView() {
  const data = dataset();
  const at = data.features.names.indexOf(state.feature);
  if (!data.features.rows.length) return section("Features", note("No model used any feature."));
  return [at >= 0 ? featureDetail(data, at) : null, section("Features", featureTable(data, at)),
    section("Stability", stabilityTable(data))];
}

function featureTable(data, current) {
  const {rows, drops} = data.features;
  const columns = [
    {key: "rank", label: "Rank", number: true, head: false, value: (r) => r[0], cell: (r) => String(r[0])},
    {key: "feature", label: "Feature", value: (r) => featureName(r[1]), cell: (r) => featureLink(r[1])},
    {key: "score", label: "Mean rank in the models", number: true, best: "low", value: (r) => r[2],
      cell: (r) => brief(r[2])},
    {key: "share", label: "Splits that select it", number: true, best: "high", value: (r) => r[4],
      cell: (r) => percent(r[4])},
    ...Object.entries(drops).map(([model, cells]) => ({
      key: `drop ${model}`, label: `Loss when shuffled, ${model}`, number: true, best: "high",
      title: `how much worse ${data.metrics[0].label} becomes`,
      value: (r) => cells[r[0] - 1], cell: (r) => brief(cells[r[0] - 1], 2),
    })),
  ];
  return [
    dataTable(columns, rows, {
      id: "features", remember: true, filter: (r) => featureName(r[1]),
      caption: `The features that the models agree on, by their mean rank in the ${rows[0][3]} models`
        + " that have importances",
      open: (r) => go({view: "features", feature: r[1]}), current: (r) => r[0] - 1 === current,
    }),
    note("A feature that most splits select is stable, but that does not make it a cause;",
      " features that carry the same information share the importance between them."),
  ];
}

function featureDetail(data, at) {
  const {names, rows, values, samples} = data.features;
  const row = rows[at];
  const ranks = data.models.map((model) => ({model,
    cells: (model.importances || []).find(([name]) => name === names[at])})).filter((r) => r.cells);
  const name = featureName(names[at]);
  return section(name,
    el("p", {class: "answer"}, `Rank ${row[0]}, selected in ${percent(row[4])} of the splits.`),
    at < values.length ? valueChart(data, name, values[at], samples)
      : note(`Values are shown for the first ${values.length} features.`),
    ranks.length ? dataTable([
      {key: "model", label: "Model", value: (r) => r.model.id, cell: (r) => modelLink(r.model.id)},
      {key: "rank", label: "Mean rank", number: true, value: (r) => r.cells[1], cell: (r) => brief(r.cells[1])},
      {key: "used", label: "Splits that use it", number: true, best: "high", value: (r) => r.cells[2],
        cell: (r) => percent(r.cells[2])},
    ], ranks, {id: "ranks", caption: "Its rank by importance in each model"}) : null);
}

function valueChart(data, name, values, samples) {
  const open = (sample) => go({view: "samples", sample, in: "development"});
  const texts = samples.map(([sample, outcome], i) => `${sample}, ${outcome}: ${brief(values[i], 4)}`);
  const ids = samples.map(([sample]) => sample);
  if (data.task !== "classification") return numberChart(data, name, values, samples, texts, ids, open);
  const classes = [...new Set(samples.map(([, outcome]) => outcome))].sort();
  const offsets = spread(samples.length, 0.5);
  const x = samples.map(([, outcome], i) => classes.indexOf(outcome) + offsets[i]);
  return chart(`Values of ${name} by class; click on a point to open its sample`,
    `Values of ${name} by class`,
    () => [
      ...classes.map((one, k) => ({
        type: "box", y: values.filter((_, i) => samples[i][1] === one), x0: k, boxpoints: false,
        hoverinfo: "skip", width: 0.7, fillcolor: "rgba(0,0,0,0)", line: {color: css("soft"), width: 1.5},
      })),
      points(x, values, texts, {customdata: ids,
        marker: {color: content.colours.Python, size: 8, opacity: 0.6}}),
    ],
    () => ({height: 400, xaxis: named(classes, {showgrid: false, range: [-0.6, classes.length - 0.4]}),
      yaxis: axis(cut(name))}), open);
}

/** Against the outcome of a regression, or the time of a survival analysis. */
function numberChart(data, name, values, samples, texts, ids, open) {
  const survival = data.task === "survival";
  const censored = samples.map(([, outcome]) => outcome.endsWith("+"));
  return chart(`Values of ${name} by ${survival ? "time; open marks are censored" : "outcome"}`,
    `Values of ${name}`,
    () => [points(samples.map(([, outcome]) => parseFloat(outcome)), values, texts, {customdata: ids,
      marker: {color: content.colours.Python, size: 8, opacity: 0.7,
        symbol: censored.map((one) => (one ? "circle-open" : "circle"))}})],
    () => ({height: 400, xaxis: axis(survival ? "Time" : "Outcome"), yaxis: axis(cut(name))}), open);
}

function stabilityTable(data) {
  const rows = data.models.filter((model) => model.stability);
  const columns = [
    {key: "model", label: "Model", value: (m) => m.id, cell: (m) => modelLink(m.id)},
    {key: "stability", label: "Stability", number: true, best: "high", value: (m) => m.stability[0],
      cell: (m) => [fixed(m.stability[0], 2), el("small", {}, m.stability[1] === null ? ""
        : range(m.stability[1], m.stability[2], 2))]},
    {key: "size", label: "Features used", number: true, value: (m) => m.stability[3],
      cell: (m) => brief(m.stability[3])},
  ];
  return dataTable(columns, rows, {id: "stability", caption: "How well the features that a model uses"
    + " agree between the splits: 1 means the same set each time, 0 the agreement of random sets"});
}
