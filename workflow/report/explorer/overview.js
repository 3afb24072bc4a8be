// The first view: answer, chart, table, warnings, failures, figures, methods, files.
"use strict";

function overview() {
  const data = dataset();
  return [
    section("The answer", data.sentences.map((text) => el("p", {class: "answer"}, inline(text)))),
    section(...comparison(data)),
    section("All models", modelTable(data)),
    section("What may bias the results", warnings(data)),
    data.failures.length ? section("What failed", failureTable(data.failures)) : null,
    section("Figures", data.figures.map(figure)),
    section("Methods", methods()),
    section("Files", files(data)),
  ];
}

function scoresOf(data, name) {
  return (data.scores[cohort()] || {})[name] || {};
}

/** The chart of all models, with the choice of metric and cohort. */
function comparison(data) {
  const shown = metric();
  const scores = scoresOf(data, shown.name);
  const metrics = data.metrics.map((one, i) => [
    one.name, i ? `${one.label} (descriptive)` : `${one.label} (comparison metric)`,
  ]);
  const controls = [choice("metric", "Metric", metrics, shown.name, (name) => change({metric: name}))];
  if (data.cohorts.length > 1) controls.push(cohortChoice(data));
  const models = [...data.models].sort((a, b) => rankIn(scores, a) - rankIn(scores, b));
  const better = shown.higher ? "higher is better" : "lower is better";
  return [
    `Models by ${shown.label}`,
    el("div", {class: "controls"}, controls),
    modelChart(models, scores, shown),
    note(`${capital(shown.label)}: ${better}. Large marks are estimates with their 95 % intervals`,
      cohort() === "development" ? ", small marks single splits" : "",
      ". Baselines far from the models are in a band at the edge. Overlapping intervals do not show",
      " whether two models differ: open a model to see its comparisons with the others."),
  ];
}

function cohortChoice(data) {
  const options = data.cohorts.map((name) => [
    name, name === "development" ? "development (cross-validation)" : name,
  ]);
  return choice("cohort", "Cohort", options, cohort(), (name) => change({cohort: name}));
}

function rankIn(scores, model) {
  return model.id in scores ? scores[model.id][0] : Infinity;
}

function modelChart(models, scores, shown) {
  const data = dataset();
  const rows = models.filter((model) => model.id in scores);
  if (!rows.some((model) => scores[model.id][1] !== null)) {
    return note(`No model has a value of ${shown.label} here.`);
  }
  const values = (cohort() === "development" && data.splits.values[shown.name]) || {};
  const place = placed(rows, scores, values, shown);
  const text = (model) => {
    const [, estimate, low, high] = scores[model.id];
    return `${model.id}: ${fixed(estimate, shown.decimals)} (${range(low, high, shown.decimals)})`;
  };
  const traces = () => Object.keys(SYMBOLS).flatMap((kind) => {
    const at = rows.map((model, i) => [model, i]).filter(([model]) => kindOf(model) === kind);
    return [
      splitMarks(at, values, shown, place, content.colours[kind]),
      estimateMarks(at, scores, shown, place, kind, text),
    ];
  });
  const label = `${shown.label} of each model, the best at the top: ${rows.slice(0, 5).map(text)
    .join("; ")}. The table has all numbers.`;
  const layout = () => ({
    height: 110 + 30 * rows.length, showlegend: true,
    xaxis: axis(capital(shown.label), place.axis),
    yaxis: named(rows.map((model) => model.id), {range: [rows.length - 0.4, -0.6], showgrid: false}),
    ...edgeBand(rows, scores, shown, place),
  });
  return chart("Click on a mark to open its model.", label, traces, layout,
    (model) => go({view: "model", model}));
}

/**
 * Where values are drawn. Baselines far from the models would take most of the axis, and stand in a
 * band at its edge: inside(value) says whether a value is on the axis, at(value) where it is drawn.
 */
function placed(rows, scores, values, shown) {
  const of = (model) => [
    ...scores[model.id].slice(1, 4).map((value) => (value === null ? null : clipped(value, shown))),
    ...(values[model.id] || []),
  ].filter((value) => value !== null);
  const learned = rows.filter((model) => !model.baseline).flatMap(of);
  const low = Math.min(...learned), high = Math.max(...learned), width = high - low;
  const far = (value) => value < low - 0.5 * width || value > high + 0.5 * width;
  const beyond = rows.filter((model) => model.baseline).flatMap(of).filter(far);
  if (!(width > 0) || !beyond.length) return {inside: () => true, at: (value) => value, axis: {}};
  const below = beyond.some((value) => value < low), above = beyond.some((value) => value > high);
  const ends = [low - (below ? 0.2 : 0.04) * width, high + (above ? 0.2 : 0.04) * width];
  return {
    inside: (value) => !far(value),
    at: (value) => (far(value) ? (value < low ? low - 0.12 * width : high + 0.12 * width) : value),
    axis: {range: ends, tickmode: "array", ...niceTicks(low, high)},
    bands: [below && [ends[0], low - 0.05 * width], above && [high + 0.05 * width, ends[1]]]
      .filter(Boolean),
  };
}

/** About four round numbers from low to high, and their texts. */
function niceTicks(low, high) {
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((one) => one * power >= rough);
  const first = Math.ceil(low / step), n = Math.floor(high / step) - first + 1;
  const tickvals = Array.from({length: n}, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return {tickvals, ticktext: tickvals.map(String)};
}

function splitMarks(at, values, shown, place, colour) {
  const marks = {x: [], y: [], text: [], model: []};
  for (const [model, i] of at) {
    const cells = values[model.id] || [];
    const offsets = spread(cells.length, 0.5);
    cells.forEach((value, k) => {
      if (value === null || !place.inside(value)) return;
      marks.x.push(value);
      marks.y.push(i + offsets[k]);
      marks.text.push(`${model.id}, ${dataset().splits.names[k]}: ${fixed(value, shown.decimals)}`);
      marks.model.push(model.id);
    });
  }
  return points(marks.x, marks.y, marks.text, {customdata: marks.model, showlegend: false,
    marker: {color: colour, size: 5, opacity: Number(css("faint"))}});
}

function estimateMarks(at, scores, shown, place, kind, text) {
  const scored = at.filter(([model]) => scores[model.id][1] !== null);
  const reach = (limit, sign) => scored.map(([model]) => {
    const value = scores[model.id][limit], estimate = scores[model.id][1];
    return value === null || !place.inside(estimate) ? 0 : sign * (clipped(value, shown) - estimate);
  });
  return points(scored.map(([model]) => place.at(scores[model.id][1])), scored.map(([, i]) => i),
    scored.map(([model]) => text(model)), {
      customdata: scored.map(([model]) => model.id), name: kind, showlegend: scored.length > 0,
      marker: {color: content.colours[kind], size: 11, symbol: SYMBOLS[kind]},
      error_x: {type: "data", symmetric: false, array: reach(3, 1), arrayminus: reach(2, -1),
        color: content.colours[kind], thickness: 2, width: 5},
    });
}

/** The band of baselines beyond the axis, with their values; the line of chance; who has no value. */
function edgeBand(rows, scores, shown, place) {
  const upright = (x0, x1) => ({yref: "paper", y0: 0, y1: 1, x0, x1, layer: "below"});
  const shapes = (place.bands || []).map(([x0, x1]) => ({
    type: "rect", ...upright(x0, x1), fillcolor: css("raised"), line: {width: 0},
  }));
  if (shown.chance !== null && place.inside(shown.chance)) {
    shapes.push({type: "line", ...upright(shown.chance, shown.chance),
      line: {color: css("soft"), width: 1, dash: "dash"}});
  }
  const annotations = rows.map((model, i) => [scores[model.id][1], i])
    .filter(([estimate]) => estimate !== null && !place.inside(estimate))
    .map(([estimate, i]) => ({x: place.at(estimate), y: i, text: fixed(estimate, shown.decimals),
      showarrow: false, yshift: 15, font: {size: 11}}));
  const without = rows.map((model, i) => [scores[model.id], i])
    .filter(([cells]) => cells[1] === null)
    .map(([cells, i]) => ({xref: "paper", x: 0.01, xanchor: "left", y: i, text: plain(cells[4]),
      showarrow: false, font: {color: css("bad")}}));
  return {shapes, annotations: [...annotations, ...without]};
}

/** A limit of an interval within the range of its metric. */
function clipped(value, shown) {
  const low = shown.lowest === null ? -Infinity : shown.lowest;
  return Math.min(Math.max(value, low), shown.highest === null ? Infinity : shown.highest);
}

function modelTable(data) {
  const first = data.metrics[0];
  const columns = [
    {key: "model", label: "Model", value: (m) => m.id,
      cell: (m) => [modelLink(m.id), el("span", {class: "notes"}, m.notes.join(", "))]},
    {key: "language", label: "Language", value: (m) => m.language,
      cell: (m) => m.language},
    ...data.metrics.filter((one, i) => i === 0 || Object.values(scoresOf(data, one.name))
      .some((cells) => cells[1] !== null)).map((one) => metricColumn(data, one)),
    {key: "cpu", label: "CPU s", number: true, best: "low", title: "CPU seconds of training",
      value: (m) => m.cpu_seconds, cell: (m) => fixed(m.cpu_seconds, 1)},
  ];
  if (cohort() === "development") {
    columns.splice(3, 0, {key: "against", label: "p against the leader", wide: true, value: (m) => m.against,
      title: `adjusted p-value of the comparison on ${first.label}`, cell: (m) => m.against || "–"});
  }
  const scores = scoresOf(data, first.name);
  const rows = [...data.models].sort((a, b) => rankIn(scores, a) - rankIn(scores, b));
  return [
    data.cohorts.length > 1 ? note("Cohort: ", cohort(), ". Change it above.") : null,
    dataTable(columns, rows, {
      id: "models", remember: true, filter: (m) => `${m.id} ${kindOf(m)} ${m.notes.join(" ")}`,
      caption: `Estimates with 95 % intervals, in the order of ${first.label}; the other metrics`
        + " are descriptive. Click on a column's name to sort by it.",
      open: (m) => go({view: "model", model: m.id}),
    }),
  ];
}

function metricColumn(data, one) {
  const scores = scoresOf(data, one.name);
  return {
    key: one.name, label: capital(one.label), number: true, best: one.higher ? "high" : "low",
    title: one.higher ? "higher is better" : "lower is better",
    value: (m) => (scores[m.id] || [])[1],
    cell: (m) => {
      const [, estimate, low, high, status] = scores[m.id] || [];
      if (estimate === null || estimate === undefined) {
        return el("span", {class: status === "failed" ? "bad" : "soft"}, status || "failed");
      }
      const between = low === null || low === high ? "" : range(low, high, one.decimals);
      return [fixed(estimate, one.decimals), el("small", {}, between)];
    },
  };
}

const SEVERITY = {warning: 0, skipped: 1, ok: 2};

function warnings(data) {
  const all = data.checks;
  if (!all.length) {
    return note("This is a variant: its samples were checked with those of ", data.variant_of, ".");
  }
  const found = all.filter(([, status]) => status === "warning");
  const count = (status) => all.filter((row) => row[1] === status).length;
  const columns = [
    {key: "check", label: "Check", value: (row) => row[0], cell: (row) => el("code", {}, row[0])},
    {key: "status", label: "Status", value: (row) => SEVERITY[row[1]],
      cell: (row) => el("span", {class: row[1] === "warning" ? "bad" : "soft"}, row[1])},
    {key: "found", label: "What was found", cell: (row) => row[2]},
    {key: "advice", label: "What to do", cell: (row) => row[3] || "–"},
  ];
  const summary = `All checks: ${count("warning")} gave warnings, ${count("ok")} are fine,`
    + ` ${count("skipped")} were skipped`;
  return [
    found.length ? found.map(warning) : el("p", {}, "The checks gave no warnings."),
    el("details", {}, el("summary", {}, summary), dataTable(columns, all, {
      id: "checks", caption: "The checks of this data set", sort: "",
    })),
  ];
}

function warning([check, , value, advice]) {
  const alarm = content.alarms[check];
  return el("div", {class: "warning"},
    el("h3", {}, el("span", {class: "bad"}, "Warning: "), el("code", {}, check)),
    el("p", {}, value, "."),
    el("p", {}, el("strong", {}, "What to do: "), inline(advice), "."),
    alarm ? el("details", {}, el("summary", {}, "What this check looks for"),
      el("p", {}, inline(alarm.purpose), " ", inline(alarm.explanation)),
      el("p", {}, "It warns if ", inline(alarm.rule), "."),
      el("p", {}, inline(alarm.fix))) : null);
}

function failureTable(rows) {
  const columns = [
    {key: "model", label: "Model", value: (row) => row[0], cell: (row) => modelLink(row[0])},
    {key: "split", label: "Split", value: (row) => row[1], cell: (row) => row[1]},
    {key: "stage", label: "Stage", value: (row) => row[2], cell: (row) => row[2]},
    {key: "message", label: "Message", value: (row) => row[3], cell: (row) => row[3]},
    {key: "log", label: "Log", cell: (row) => el("code", {}, row[4])},
  ];
  return dataTable(columns, rows, {
    id: "failures", caption: "Failures; the other models and splits continued",
    filter: (row) => row.join(" "),
  });
}

function figure(one) {
  const name = one.name.replace(/_/g, " ");
  const link = el("a", {href: one.file}, one.file.replace(/^(\.\.\/)+/, ""));
  return el("figure", {class: "picture", id: `figure-${one.name}`},
    el("h3", {}, capital(name)),
    one.data ? el("img", {src: one.data, alt: one.alt, loading: "lazy"})
      : [el("p", {}, inline(one.title)), note("This figure is not embedded, as the page would be",
        " too large: see ", link, ".")],
    el("figcaption", {}, inline(one.caption), " ", one.data ? ["File: ", link, "."] : null));
}

function methods() {
  const [, short] = /^## In short\n+([^]*?)\n+(?=## )/m.exec(content.methods) || [];
  return [
    short ? copyButton("Copy the short version", short) : null,
    copyButton("Copy all", content.methods),
    copyButton("Copy the references (BibTeX)", content.references),
    el("div", {class: "methods"}, markdown(content.methods.replace(/^# .*\n/, ""), 2)),
  ];
}

function files(data) {
  return [
    data.notes.length ? [el("p", {}, "To stay small, this page is limited as follows:"),
      el("ul", {id: "notes"}, data.notes.map((text) => el("li", {}, text)))] : null,
    note("Links to the tables work only while this page is in the results folder of its run."),
    el("ul", {class: "files"}, content.links.map(([path, what]) => el("li", {},
      el("a", {href: path.split("/").map(encodeURIComponent).join("/")}, path), what ? [": ", inline(what)] : ""))),
  ];
}
