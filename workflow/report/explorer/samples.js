// The samples: who is wrong, in which models, and what the sample sheet says of them.
"use strict";

function samplesView() {
  const data = dataset(), samples = data.samples;
  const at = samples.names.findIndex((name, i) => name === state.sample
    && (!state.in || samples.cohorts[i] === state.in));
  return [at >= 0 ? sampleDetail(data, at) : null, section("Samples", sampleTable(data, at))];
}

/** Over all models but baselines: the share of wrong predictions, or the mean size of the error. */
function errorOf(data, i) {
  if (data.task === "survival") return null;
  const cells = data.models.filter((model) => !model.baseline)
    .map((model) => (data.samples.errors[model.id] || [])[i]).filter(Boolean);
  if (!cells.length) return null;
  if (data.task === "regression") return mean(cells.map((cell) => cell[2] === null ? null : Math.abs(cell[2])));
  const total = cells.reduce((sum, cell) => sum + cell[0], 0);
  return cells.reduce((sum, cell) => sum + cell[1], 0) / total;
}

function sampleTable(data, current) {
  const {names, cohorts, outcomes, groups, sheet} = data.samples;
  const rows = names.map((name, i) => ({name, i, error: errorOf(data, i)}));
  const regression = data.task === "regression";
  const columns = [
    {key: "sample", label: "Sample", value: (r) => r.name, cell: (r) => sampleLink(r.name, cohorts[r.i])},
    {key: "outcome", label: "Outcome", number: regression,
      value: (r) => (data.task === "classification" ? outcomes[r.i] : parseFloat(outcomes[r.i])),
      cell: (r) => outcomes[r.i]},
  ];
  if (rows.some((row) => row.error !== null)) columns.push({
    key: "error", label: regression ? "Mean absolute error" : "Wrong", number: true, best: "high",
    value: (r) => r.error,
    cell: (r) => (regression ? brief(r.error) : percent(r.error)),
  });
  if (data.cohorts.length > 1) columns.push({key: "cohort", label: "Cohort",
    value: (r) => cohorts[r.i], cell: (r) => cohorts[r.i]});
  if (groups.some(Boolean)) columns.push({key: "group", label: "Group",
    value: (r) => groups[r.i], cell: (r) => groups[r.i]});
  for (const [name, texts] of sheet) columns.push({key: `sheet ${name}`, label: name,
    value: (r) => (texts[r.i] !== "" && Number.isFinite(Number(texts[r.i])) ? Number(texts[r.i]) : texts[r.i]),
    cell: (r) => texts[r.i]});
  return dataTable(columns, rows, {
    id: "samples", remember: true, caption: `${rows.length} samples, with the columns of their sheet;`
      + " errors are of test predictions, over all models but baselines",
    filter: ({i}) => [names[i], outcomes[i], cohorts[i], groups[i], ...sheet.map(([, t]) => t[i])].join(" "),
    open: (r) => go({view: "samples", sample: r.name, in: cohorts[r.i]}),
    current: (r) => r.i === current,
  });
}

function sampleDetail(data, i) {
  const {names, cohorts, outcomes, groups, sheet} = data.samples;
  const facts = [["Outcome", outcomes[i]], ["Cohort", cohorts[i]], ["Group", groups[i]],
    ...sheet.map(([name, texts]) => [name, texts[i]])].filter(([, text]) => text !== "");
  return section(names[i],
    el("dl", {class: "facts"}, facts.map(([name, text]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, text)))),
    predictionChart(data, i), predictionTable(data, i));
}

/** What the number of a prediction is. */
function numberOf(data) {
  if (data.task === "regression") return "Predicted";
  if (data.task === "survival") return `Probability of surviving beyond ${data.horizons.at(-1)}`;
  return data.positive ? `Probability of ${data.positive}` : "Probability of its own class";
}

function predictionChart(data, i) {
  const rows = data.models.map((model) => [model, (data.samples.predictions[model.id] || [])[i]])
    .filter(([, cell]) => cell && cell[0][0] !== null);
  if (!rows.length) return null;
  const all = {x: [], y: [], text: [], model: [], colour: []};
  rows.forEach(([model, [[value], values]], row) => {
    (values.length ? values : [value]).forEach((one, k, list) => {
      all.x.push(one);
      all.y.push(row + spread(list.length, 0.4)[k]);
      all.text.push(`${model.id}: ${brief(one)}`);
      all.model.push(model.id);
      all.colour.push(colourOf(model));
    });
  });
  const [truth, dashed] = {
    classification: [0.5, "; dashed: one half"], survival: [null, ""],
    regression: [Number(data.samples.outcomes[i]), "; dashed: observed"],
  }[data.task];
  const title = `${numberOf(data)} in each split that tests the sample${dashed}`;
  return chart(title, `${title}, by model; the table has the means`,
    () => [points(all.x, all.y, all.text, {customdata: all.model,
      marker: {color: all.colour, size: 8, opacity: 0.6}})],
    () => ({
      height: 90 + 24 * rows.length,
      xaxis: axis(numberOf(data), data.task === "regression" ? {} : {range: [-0.03, 1.03]}),
      yaxis: named(rows.map(([model]) => model.id), {range: [rows.length - 0.4, -0.6], showgrid: false}),
      shapes: truth === null ? [] : [{type: "line", x0: truth, x1: truth, yref: "paper", y0: 0, y1: 1,
        line: {color: css("soft"), width: 1, dash: "dash"}}],
    }),
    (model) => go({view: "model", model}));
}

function predictionTable(data, i) {
  const rows = data.models.map((model) => ({
    model, cell: (data.samples.predictions[model.id] || [])[i],
    error: (data.samples.errors[model.id] || [])[i],
  }));
  const value = (row) => row.cell && row.cell[0][0];
  const columns = [
    {key: "model", label: "Model", value: (r) => r.model.id, cell: (r) => modelLink(r.model.id)},
    {key: "value", label: numberOf(data), number: true, best: "high", value,
      cell: (r) => [data.task === "regression" ? brief(value(r), 4) : fixed(value(r), 3),
        r.error && r.error[3] !== null ? el("small", {}, `sd ${data.task === "regression"
          ? brief(r.error[3], 2) : fixed(r.error[3], 3)}`) : null]},
  ];
  if (data.task === "classification") columns.push(
    {key: "predicted", label: "Predicted class", value: (r) => r.cell && Object.keys(r.cell[0][1])[0],
      cell: (r) => (r.cell ? Object.entries(r.cell[0][1]).map(([label, n]) => `${label} × ${n}`).join(", ") : "–")},
    {key: "wrong", label: "Wrong", number: true, best: "high",
      value: (r) => r.error && r.error[1] / r.error[0],
      cell: (r) => (r.error ? el("span", {class: r.error[1] ? "bad" : null},
        `${r.error[1]} of ${r.error[0]}`) : "–")});
  if (data.task === "survival") columns.push({key: "risk", label: "Risk, on the model's own scale",
    number: true, value: (r) => r.cell && r.cell[0][2], cell: (r) => brief(r.cell && r.cell[0][2])});
  if (data.task === "regression") columns.push({key: "error", label: "Mean error", number: true,
    value: (r) => r.error && r.error[2], cell: (r) => brief(r.error && r.error[2])});
  return dataTable(columns, rows, {id: "predictions", caption: "Test predictions by every model,"
    + " means over the splits that test it", open: (r) => go({view: "model", model: r.model.id})});
}
