// One model: its scores, splits, curves, calibration, confusion, tuning, features, comparisons, cost.
"use strict";

function modelView() {
  const data = dataset();
  const model = data.models.find((one) => one.id === state.model) || data.models[0];
  const controls = [choice("model", "Model", data.models.map((one) => [one.id, one.id]), model.id,
    (id) => go({view: "model", model: id, ...(state.cohort ? {cohort: state.cohort} : {})}))];
  if (data.cohorts.length > 1) controls.push(cohortChoice(data));
  const failures = data.failures.filter((row) => row[0] === model.id);
  return [
    section(model.id, el("div", {class: "controls"}, controls), summaryOf(data, model)),
    failures.length ? section("Failures", failureTable(failures)) : null,
    section("Scores", scoreTable(data, model), splitChart(data, model)),
    survivalParts(data, model),
    rankingCurves(data, model),
    calibrationPart(data, model),
    confusionPart(data, model),
    residualPart(data, model),
    pairPart(data, model),
    tuningPart(model),
    importancePart(data, model),
    costPart(model),
  ];
}

function summaryOf(data, model) {
  const first = data.metrics[0];
  const words = [kindOf(model) === "baseline" ? `A baseline of ${model.language}` : model.language];
  if (model.value) words.push(`${first.label} ${model.value} (${model.interval}) in cross-validation`);
  if (/^[<0-9]/.test(model.against)) {
    words.push(`adjusted p against the leader ${model.against}`);
  } else if (model.against) words.push(model.against);
  const notes = model.notes.filter((text) => text !== "baseline");
  return el("p", {class: "answer"}, [...words, ...notes].join("; "), ".");
}

function scoreTable(data, model) {
  const rows = data.metrics.map((one) => ({one, cells: scoresOf(data, one.name)[model.id]}))
    .filter((row) => row.cells);
  const value = (at) => (row) => row.cells[at];
  const columns = [
    {key: "metric", label: "Metric", cell: ({one}) => capital(one.label)},
    {key: "estimate", label: "Estimate", number: true,
      cell: ({one, cells}) => (cells[1] === null ? cells[4] : fixed(cells[1], one.decimals))},
    {key: "interval", label: "95 % interval", number: true,
      cell: ({one, cells}) => range(cells[2], cells[3], one.decimals)},
    {key: "rank", label: "Rank", number: true, value: value(0),
      cell: (row) => `${row.cells[0]} of ${data.models.length}`},
    {key: "splits", label: "Splits with a value", number: true, value: value(5),
      cell: ({cells}) => `${cells[5]} of ${cells[6]}`},
  ];
  return dataTable(columns, rows, {id: "scores", caption: `Scores, cohort ${cohort()}`});
}

function splitChart(data, model) {
  const values = Object.fromEntries(Object.entries(data.splits.values)
    .map(([name, models]) => [name, models[model.id]]).filter(([, cells]) => cells));
  const known = data.metrics.filter((one) => one.name in values);
  if (!known.length || cohort() !== "development" || data.splits.names.length < 2) return null;
  const shown = known.find((one) => one.name === state.metric) || known[0];
  const cells = values[shown.name];
  const score = (data.scores.development[shown.name] || {})[model.id] || [];
  const n = cells.length, valued = cells.filter((value) => value !== null);
  if (!valued.length) return null;
  const texts = data.splits.names.map((name, i) => `${name}: ${fixed(cells[i], shown.decimals)}`);
  return [
    el("div", {class: "controls"}, choice("metric", "Metric of the splits",
      known.map((one) => [one.name, one.label]), shown.name, (name) => change({metric: name}))),
    chart(`${capital(shown.label)} of each split`,
      `${shown.label} of ${n} splits, from ${fixed(Math.min(...valued), shown.decimals)} to ${
        fixed(Math.max(...valued), shown.decimals)}`,
      () => [
        points(cells.map((_, i) => i), cells, texts, {marker: {color: colourOf(model), size: 8}}),
      ],
      () => ({
        height: 280, yaxis: axis(capital(shown.label)),
        xaxis: named(n > 60 ? [] : data.splits.names, {range: [-0.6, n - 0.4], showgrid: false,
          tickangle: n > 12 ? -90 : 0}),
        shapes: band95(score, n, colourOf(model), shown),
      })),
    note("The line is the estimate and the band its 95 % interval: splits share training samples, so",
      " the interval is not that of independent values."),
  ];
}

function band95([, estimate, low, high], n, colour, shown) {
  const across = {xref: "x", x0: -0.6, x1: n - 0.4, layer: "below"};
  const shapes = [];
  if (low !== null && low !== undefined) {
    shapes.push({type: "rect", ...across, y0: clipped(low, shown), y1: clipped(high, shown),
      fillcolor: faded(colour, 0.12), line: {width: 0}});
  }
  if (estimate !== null && estimate !== undefined) {
    shapes.push({type: "line", ...across, y0: estimate, y1: estimate, line: {color: colour, width: 2}});
  }
  return shapes;
}

function rankingCurves(data, model) {
  const drawn = (model.curves || {})[cohort()] || {};
  const one = (curve, title, x, y, chance) => drawn[curve] && drawn[curve][0].length ? chart(
    title, `${title} of ${model.id}`,
    () => [
      band(drawn[curve][0], drawn[curve][2], drawn[curve][3], colourOf(model)),
      line(drawn[curve][0], drawn[curve][1], {line: {color: colourOf(model), width: 2},
        hoverinfo: "text", hovertext: drawn[curve][0].map((at, i) => plain(
          `${x} ${brief(at, 2)}: ${y} ${brief(drawn[curve][1][i])}`))}),
    ],
    () => ({
      xaxis: axis(x, {range: [-0.02, 1.02]}), yaxis: axis(y, {range: [-0.02, 1.02]}),
      shapes: chance ? [{type: "line", x0: 0, y0: 0, x1: 1, y1: 1,
        line: {color: css("soft"), dash: "dash", width: 1}}] : [],
    })) : null;
  const charts = [
    one("roc", "ROC curve", "False positive rate", "True positive rate", true),
    one("pr", "Precision-recall curve", "Recall", "Precision", false),
  ].filter(Boolean);
  if (!charts.length) return null;
  const several = data.classes.length > 2;
  return section("Ranking", el("div", {class: "pair"}, charts),
    note("The line is the mean over the repeats, the band runs from the lowest to the highest",
      several ? "; each curve is the mean over the classes, each against the rest." : "."));
}

function calibrationPart(data, model) {
  const drawn = (model.curves || {})[cohort()];
  const rows = (model.calibration || {})[cohort()] || [];
  if (!drawn || !drawn.calibration.length) return null;
  const at = drawn.calibration.filter(([, y]) => y !== null);
  const histogram = drawn.histogram;
  const texts = at.map(([x, y, n, repeat]) =>
    `predicted ${brief(x, 2)}, observed ${brief(y, 2)}, ${n} samples, repeat ${repeat}`);
  const charts = [
    chart("Observed share by predicted probability", `Calibration of ${model.id}`,
      () => [points(at.map((p) => p[0]), at.map((p) => p[1]), texts,
        {marker: {color: colourOf(model), size: 9, opacity: 0.6}})],
      () => ({
        xaxis: axis("Predicted probability", {range: [-0.02, 1.02]}),
        yaxis: axis("Observed share", {range: [-0.02, 1.02]}),
        shapes: [{type: "line", x0: 0, y0: 0, x1: 1, y1: 1,
          line: {color: css("soft"), dash: "dash", width: 1}}],
      })),
    histogram ? chart("How often each probability is predicted", `Histogram of ${model.id}`,
      () => [{type: "bar", x: histogram[0], y: histogram[1], hoverinfo: "x+y",
        marker: {color: colourOf(model)}}],
      () => ({xaxis: axis("Predicted probability", {range: [-0.02, 1.02]}),
        yaxis: axis("Share of the predictions"), bargap: 0.05})) : null,
  ];
  const columns = [
    {key: "repeat", label: "Repeat", value: (r) => Number(r[0]) || r[0], cell: (r) => r[0] || "–"},
    {key: "slope", label: "Slope", number: true, value: (r) => r[1],
      cell: (r) => [fixed(r[1], 2), el("small", {}, r[2] === null ? "" : range(r[2], r[3], 2))]},
    {key: "intercept", label: "Intercept", number: true, value: (r) => r[4],
      cell: (r) => [fixed(r[4], 2), el("small", {}, r[5] === null ? "" : range(r[5], r[6], 2))]},
    {key: "brier", label: "Brier score", number: true, value: (r) => r[7], cell: (r) => fixed(r[7], 3)},
    {key: "ici", label: "ICI", number: true, value: (r) => r[8], cell: (r) => fixed(r[8], 3),
      title: "integrated calibration index: mean distance of the curve from the diagonal"},
  ];
  return section("Calibration", el("div", {class: "pair"}, charts), rows.length ? dataTable(
    columns, rows, {id: "calibration", caption: "A slope below 1: probabilities are too extreme;"
      + " an intercept below 0: they are too high"}) : null);
}

function confusionPart(data, model) {
  const rows = (model.confusion || {})[cohort()];
  if (!rows || !rows.length) return null;
  const classes = [...new Set(rows.map(([truth]) => truth))];
  const count = Object.fromEntries(rows.map(([truth, predicted, n]) => [JSON.stringify([truth, predicted]), n]));
  const total = (truth) => classes.reduce((sum, p) => sum + count[JSON.stringify([truth, p])], 0);
  const cell = (truth, predicted) => {
    const n = count[JSON.stringify([truth, predicted])];
    const share = total(truth) ? n / total(truth) : 0;
    const name = truth === predicted ? "better" : "worse";
    return el("td", {class: "number", style: `background: ${faded(content.colours[name], 0.5 * share)}`},
      brief(n, 4), el("small", {}, percent(share)));
  };
  return section("Confusion", captioned("confusion", "Samples by true class (rows) and predicted"
    + " class (columns), mean over the repeats, and the share of the true class", el("table", {},
    el("thead", {}, el("tr", {}, el("th", {scope: "col"}, "True class"),
      classes.map((one) => el("th", {scope: "col", class: "number"}, one)))),
    el("tbody", {}, classes.map((truth) => el("tr", {}, el("th", {scope: "row"}, truth),
      classes.map((predicted) => cell(truth, predicted))))))));
}

function residualPart(data, model) {
  if (data.task !== "regression") return null;
  const cells = data.samples.predictions[model.id] || [];
  const at = cells.map((cell, i) => [cell, i]).filter(([cell, i]) =>
    cell && data.samples.cohorts[i] === cohort());
  const truth = at.map(([, i]) => Number(data.samples.outcomes[i]));
  const predicted = at.map(([cell]) => cell[0][0]);
  const low = Math.min(...truth, ...predicted), high = Math.max(...truth, ...predicted);
  return section("Predicted against observed", chart(
    "Each point is a test sample, shown at its mean prediction. Click on a point to open its sample.",
    `Predicted against observed values of ${at.length} samples`,
    () => [points(truth, predicted, at.map(([cell, i]) =>
      `${data.samples.names[i]}: observed ${data.samples.outcomes[i]}, predicted ${brief(cell[0][0], 4)}`),
    {customdata: at.map(([, i]) => i), marker: {color: colourOf(model), size: 8, opacity: 0.7}})],
    () => ({height: 420, xaxis: axis("Observed"), yaxis: axis("Predicted"),
      shapes: [{type: "line", x0: low, y0: low, x1: high, y1: high,
        line: {color: css("soft"), dash: "dash", width: 1}}]}),
    (i) => go({view: "samples", sample: data.samples.names[i], in: data.samples.cohorts[i]})));
}

function pairPart(data, model) {
  const rows = (data.pairs[cohort()] || [])
    .filter((pair) => pair[0] === model.id || pair[1] === model.id)
    .map(([a, b, difference, low, high, p, equivalent]) => (a === model.id
      ? {other: b, difference, low, high, p, equivalent}
      : {other: a, difference: difference === null ? null : -difference, low: high === null ? null : -high,
        high: low === null ? null : -low, p, equivalent}));
  if (!rows.length) return null;
  const first = data.metrics[0];
  const columns = [
    {key: "other", label: "Other model", value: (r) => r.other, cell: (r) => modelLink(r.other)},
    {key: "difference", label: `Difference in ${first.label}`, number: true, best: "high",
      value: (r) => r.difference,
      cell: (r) => [fixed(r.difference, first.decimals),
        el("small", {}, r.low === null ? "" : range(r.low, r.high, first.decimals))]},
    {key: "p", label: "Adjusted p", number: true, value: (r) => r.p, cell: (r) => pText(r.p)},
  ];
  if (rows.some((row) => row.equivalent !== null)) columns.push({
    key: "equivalent", label: "Probability that they are practically equivalent", number: true,
    best: "high", value: (r) => r.equivalent, cell: (r) => fixed(r.equivalent, 2)});
  return section("Against the other models", dataTable(columns, rows, {
    id: "pairs", caption: `${model.id} minus the other model, on ${first.label}, with 95 % intervals;`
      + (first.higher ? " above" : " below") + ` 0, ${model.id} is better`,
  }), note("No evidence of a difference is not evidence of no difference."));
}

function costPart(model) {
  const stages = Object.entries(model.timing || {});
  if (!stages.length) return null;
  const names = {startup: "start-up", load: "loading", tune: "tuning", fit: "fitting",
    predict: "prediction"};
  return section("Cost", el("p", {}, `${fixed(model.cpu_seconds, 1)} CPU seconds of training: `,
    stages.map(([stage, s]) => `${names[stage] || stage} ${fixed(s, 1)}`).join(", "), "."));
}
