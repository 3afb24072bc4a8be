// The tuning of a model, the features that it uses, and the parts of a survival analysis.
"use strict";

function tuningPart(model) {
  const tuning = model.tuning;
  if (!tuning) return null;
  const rows = tuning.candidates.map(([text, value, tried, chosen]) => ({
    parameters: parameters(text), value, tried, chosen,
  }));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.parameters)))].sort();
  const columns = [
    ...names.map((name) => ({
      key: `parameter ${name}`, label: name, value: (row) => row.parameters[name],
      number: rows.every((row) => typeof row.parameters[name] === "number"),
      cell: (row) => parameterText(row.parameters[name]),
    })),
    {key: "value", label: capital(tuning.metric), number: true, value: (row) => row.value,
      cell: (row) => brief(row.value, 4)},
    {key: "chosen", label: "Chosen by", number: true, best: "high", value: (row) => row.chosen,
      cell: (row) => `${row.chosen} of ${tuning.splits} splits`},
  ];
  const varied = names.filter((name) => new Set(rows.map((row) =>
    JSON.stringify(row.parameters[name]))).size > 1);
  return section("Tuning",
    el("div", {class: "pair"}, varied.slice(0, 4).map((name) => tuningChart(model, rows, name))),
    dataTable(columns, rows, {id: "tuning", caption: `Candidates, the best first: ${tuning.metric} on`
      + " the inner folds, mean over the splits that tried them"}));
}

function parameters(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {candidate: text};
  }
}

function parameterText(value) {
  if (value === undefined) return "–";
  if (typeof value === "number") return brief(value, 4);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function tuningChart(model, rows, name) {
  const values = rows.map((row) => row.parameters[name]);
  const numeric = values.every((value) => typeof value === "number");
  const low = Math.min(...values), high = Math.max(...values);
  const wide = numeric && low > 0 && high > 20 * low;
  const levels = [...new Set(values.map(parameterText))];
  const x = numeric ? values : values.map((value) => levels.indexOf(parameterText(value)));
  const most = Math.max(1, ...rows.map((row) => row.chosen));
  const texts = rows.map((row) => `${Object.entries(row.parameters).map(([key, value]) =>
    `${key} ${parameterText(value)}`).join(", ")}: ${brief(row.value, 4)}, chosen by ${row.chosen}`);
  return chart(`${name}; larger marks were chosen more often`,
    `${model.tuning.metric} by ${name}`,
    () => [points(x, rows.map((row) => row.value), texts, {marker: {
      color: colourOf(model), opacity: 0.7, size: rows.map((row) => 7 + 15 * row.chosen / most)}})],
    () => ({height: 280, yaxis: axis(capital(model.tuning.metric)),
      xaxis: numeric ? axis(name, ticksAt(values, {type: wide ? "log" : "linear"})) : named(levels)}));
}

function importancePart(data, model) {
  const rows = model.importances || [];
  const stable = model.stability;
  const said = stable && stable[0] !== null ? el("p", {}, `Stability of the features that it uses: ${
    fixed(stable[0], 2)} (${range(stable[1], stable[2], 2)}); 1 means the same set in each split,`
    + ` 0 the agreement of random sets. On average it uses ${brief(stable[3])} features.`) : null;
  if (!rows.length) return said && section("Features", said);
  const drops = data.features.drops[model.id];
  const drop = (feature) => drops && drops[data.features.names.indexOf(feature)];
  const columns = [
    {key: "feature", label: "Feature", value: (row) => featureName(row[0]), cell: (row) => featureLink(row[0])},
    {key: "rank", label: "Mean rank", number: true, value: (row) => row[1], cell: (row) => brief(row[1])},
    {key: "used", label: "Splits that use it", number: true, best: "high", value: (row) => row[2],
      cell: (row) => percent(row[2])},
  ];
  if (drops) columns.push({key: "drop", label: "Loss when shuffled", number: true, best: "high",
    value: (row) => drop(row[0]), cell: (row) => brief(drop(row[0]), 2)});
  return section("Features", said, dataTable(columns, rows, {
    id: "importances", caption: "The features that all models agree on most, in this model",
  }));
}

function survivalParts(data, model) {
  const groups = (model.risk_groups || {})[cohort()];
  const rows = (model.horizons || {})[cohort()] || [];
  const bins = (model.horizon_calibration || {})[cohort()] || [];
  if (!groups && !rows.length) return null;
  return [
    groups ? section("Risk groups", riskChart(groups, model),
      note("Test samples with a risk above the median of the training samples are high; the bands are",
        " 95 % intervals for the samples of one repeat.")) : null,
    rows.length ? section("Horizons", horizonTable(rows),
      el("div", {class: "pair"}, horizonCharts(bins, model))) : null,
  ];
}

function riskChart(groups, model) {
  const looks = {low: ["better", "dash"], high: ["worse", "solid"]};
  return chart("Share without the event, by predicted risk",
    `Kaplan-Meier curves of samples with a low and with a high risk by ${model.id}`,
    () => Object.entries(groups).flatMap(([group, [time, survival, low, high]]) => {
      const [name, dash] = looks[group];
      const colour = content.colours[name];
      return [
        line(time, low, {line: {shape: "hv", width: 0}, showlegend: false}),
        line(time, high, {line: {shape: "hv", width: 0}, fill: "tonexty", showlegend: false,
          fillcolor: faded(colour, 0.18)}),
        line(time, survival, {line: {shape: "hv", color: colour, dash, width: 2}, showlegend: true,
          name: `${group} risk`, hoverinfo: "text", hovertext: time.map((t, i) => plain(
            `${group} risk, time ${brief(t, 4)}: ${percent(survival[i])}`))}),
      ];
    }),
    () => ({showlegend: true, xaxis: axis("Time"), yaxis: axis("Share without the event",
      {range: [-0.02, 1.02]})}));
}

function horizonTable(rows) {
  const limits = (at) => (r) => [fixed(r[at], 3), el("small", {}, r[at + 1] === null ? ""
    : range(r[at + 1], r[at + 2], 3))];
  const columns = [
    {key: "horizon", label: "Horizon", number: true, value: (r) => r[0], cell: (r) => String(r[0])},
    {key: "events", label: "Events by then", number: true, value: (r) => r[1],
      cell: (r) => brief(r[1], 4)},
    {key: "auc", label: "ROC AUC", number: true, value: (r) => r[2], cell: limits(2)},
    {key: "brier", label: "Brier score", number: true, value: (r) => r[5], cell: limits(5)},
    {key: "reference", label: "of the Kaplan-Meier estimate", number: true, value: (r) => r[8],
      cell: (r) => fixed(r[8], 3)},
    {key: "ratio", label: "Predicted / observed risk", number: true, value: (r) => r[9],
      cell: (r) => fixed(r[9], 2)},
  ];
  return dataTable(columns, rows, {id: "horizons", caption: "Scores at each horizon"});
}

function horizonCharts(bins, model) {
  const horizons = [...new Set(bins.map(([horizon]) => horizon))];
  return horizons.map((horizon) => {
    const at = bins.filter((bin) => bin[0] === horizon && bin[2] !== null);
    return chart(`Observed and predicted risk by ${horizon}`,
      `Calibration of ${model.id} at ${horizon}`,
      () => [points(at.map((b) => b[1]), at.map((b) => b[2]), at.map((b) =>
        `predicted ${percent(b[1])}, observed ${percent(b[2])} (${percent(b[3])} to ${percent(b[4])}),`
        + ` ${brief(b[5])} samples`), {
        marker: {color: colourOf(model), size: 9},
        error_y: {type: "data", symmetric: false, array: at.map((b) => (b[4] ?? b[2]) - b[2]),
          arrayminus: at.map((b) => b[2] - (b[3] ?? b[2])), color: colourOf(model), width: 4},
      })],
      () => ({xaxis: axis("Predicted risk", {range: [-0.02, 1.02]}),
        yaxis: axis("Observed risk", {range: [-0.02, 1.02]}),
        shapes: [{type: "line", x0: 0, y0: 0, x1: 1, y1: 1,
          line: {color: css("soft"), dash: "dash", width: 1}}]}));
  });
}
