// The page as a whole: its menu, and the view that the address names.
"use strict";

const VIEW = {overview, model: modelView, samples: samplesView, features: featuresView};

function menu() {
  const options = content.datasets.map((one) => [
    one.name, one.variant_of ? `${one.name} (a variant of ${one.variant_of})` : one.name,
  ]);
  const select = options.length > 1
    ? choice("dataset", "Data set", options, state.dataset, (name) => {
      location.hash = `#${new URLSearchParams({dataset: name, view: state.view})}`;
    }) : el("span", {class: "choice"}, "Data set ", el("strong", {}, state.dataset));
  const links = Object.entries(VIEWS).map(([view, label]) => el("a", {
    href: address({view}), "aria-current": state.view === view ? "page" : null,
  }, label));
  return [
    el("h1", {}, content.title),
    el("div", {class: "bar"}, select, el("nav", {"aria-label": "Views"}, links)),
  ];
}

function show(previous) {
  const focused = document.activeElement && document.activeElement.id;
  const top = scrollY;
  const header = document.getElementById("header"), main = document.getElementById("main");
  for (const place of main.querySelectorAll(".js-plotly-plot")) Plotly.purge(place);
  header.replaceChildren(...menu());
  main.replaceChildren();
  append(main, [VIEW[state.view]()]);
  document.title = `${content.title}: ${state.dataset}, ${VIEWS[state.view].toLowerCase()}`;
  drawCharts();
  if (!previous) return;
  if (samePlace(previous, state)) scrollTo(0, top);
  else scrollTo(0, 0);
  const target = focused && document.getElementById(focused);
  if (target) target.focus({preventScroll: true});
  else if (!samePlace(previous, state)) focusOn(main.querySelector("h2"));
}

function focusOn(heading) {
  heading.setAttribute("tabindex", "-1");
  heading.focus({preventScroll: true});
}

addEventListener("hashchange", () => {
  const previous = state;
  state = read();
  show(previous);
});
document.getElementById("skip").addEventListener("click", () => {
  focusOn(document.querySelector("main h2"));
});
// Closed parts are printed too, and charts in the colours of paper.
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printed");
  drawCharts();
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.closed = "";
  }
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("printed");
  drawCharts();
  for (const part of document.querySelectorAll("details[data-closed]")) {
    part.open = false;
    delete part.dataset.closed;
  }
});
show(null);
