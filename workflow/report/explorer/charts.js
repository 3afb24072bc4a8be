// Charts by plotly.js, in the page's colours.
"use strict";

const SYMBOLS = {Python: "circle", R: "square", baseline: "diamond"};

/** Texts as plotly takes them: it reads a few HTML tags, which no name may be taken for. */
function plain(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function kindOf(model) {
  return model.baseline ? "baseline" : model.language;
}

function colourOf(model) {
  return content.colours[kindOf(model)];
}

function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axis(title, more) {
  return {
    title: {text: plain(title), standoff: 8}, gridcolor: css("line"), zerolinecolor: css("line"),
    linecolor: css("mark"), automargin: true, fixedrange: true, ...more,
  };
}

/** Ticks with names: numbers take the places, as plotly would sort or read names. */
function named(names, more) {
  return axis("", {
    tickmode: "array", tickvals: names.map((_, i) => i), ticktext: names.map((one) => plain(cut(one))),
    zeroline: false, ...more,
  });
}

/**
 * A chart with its title; drawn when it is in the page. label: what it shows, for those who do not
 * see it. click: called with the `customdata` of a point.
 */
function chart(title, label, traces, layout, click) {
  const place = el("div", {class: "plot", role: "img", "aria-label": label});
  const figure = el("figure", {class: "chart"}, el("figcaption", {}, title), place);
  place.draw = () => {
    const full = {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: {family: css("font"), size: 13, color: css("strong")},
      hoverlabel: {bgcolor: css("paper"), bordercolor: css("mark"), font: {color: css("strong")}},
      margin: {l: 10, r: 16, t: 8, b: 40}, height: 340, showlegend: false, hovermode: "closest",
      legend: {orientation: "h", x: 0, y: 1.02, yanchor: "bottom"},
      modebar: {bgcolor: "rgba(0,0,0,0)", color: css("mark"), activecolor: css("link")}, ...layout(),
    };
    const config = {displaylogo: false, responsive: true, displayModeBar: "hover",
      modeBarButtons: [["toImage"]]};
    Plotly.react(place, traces(), full, config);
  };
  place.listen = () => {
    if (click) place.on("plotly_click", (event) => {
      const data = event.points[0].customdata;
      if (data !== undefined && data !== null) click(data);
    });
  };
  return figure;
}

/** Draw all charts of the view; again when the colours change. */
function drawCharts() {
  for (const place of document.querySelectorAll(".plot")) {
    const drawn = place.classList.contains("js-plotly-plot");
    place.draw();
    if (!drawn) place.listen();
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);

/** Ticks at some numbers, where they are not too many. */
function ticksAt(values, more) {
  const at = [...new Set(values)].sort((a, b) => a - b);
  if (at.length > 12) return more;
  return {tickmode: "array", tickvals: at, ticktext: at.map((one) => brief(one)), ...more};
}

/** Points with texts to hover over. */
function points(x, y, texts, more) {
  return {
    type: "scatter", mode: "markers", x, y, hoverinfo: "text", hovertext: texts.map(plain), ...more,
  };
}

function line(x, y, more) {
  return {type: "scatter", mode: "lines", x, y, hoverinfo: "skip", ...more};
}

/** The area between two curves on the same grid. */
function band(x, low, high, colour) {
  return {
    type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()],
    y: [...high, ...[...low].reverse()], fill: "toself", fillcolor: colour, opacity: 0.2,
    line: {width: 0}, hoverinfo: "skip",
  };
}

/** A colour with an opacity. */
function faded(colour, opacity) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${opacity})`;
}

/** Numbers spread a little, always in the same way, so that equal points do not hide each other. */
function spread(n, width) {
  return Array.from({length: n}, (_, i) => width * ((i * 0.618034) % 1 - 0.5));
}
