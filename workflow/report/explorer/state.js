// What is shown, as the page's address says after its #: it can be kept, passed on and gone back to.
"use strict";

const VIEWS = {overview: "Overview", model: "Models", samples: "Samples", features: "Features"};
const PLACES = ["dataset", "view", "model", "sample", "feature"];

function read() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (!(given.view in VIEWS)) given.view = "overview";
  if (!content.datasets.some((one) => one.name === given.dataset)) {
    given.dataset = content.datasets[0].name;
  }
  return given;
}

let state = read();

function dataset() {
  return content.datasets.find((one) => one.name === state.dataset);
}

/** The cohort that is shown, of the development data by default. */
function cohort() {
  return dataset().cohorts.includes(state.cohort) ? state.cohort : dataset().cohorts[0];
}

/** The metric that is shown, that of the comparison by default. */
function metric() {
  const metrics = dataset().metrics;
  return metrics.find((one) => one.name === state.metric) || metrics[0];
}

/** The address of a place; what is not named is left out. */
function address(place) {
  return `#${new URLSearchParams({dataset: state.dataset, ...place})}`;
}

function modelLink(model, text) {
  return el("a", {href: address({view: "model", model}), class: "name"}, text || model);
}

function sampleLink(sample, cohortName) {
  return el("a", {href: address({view: "samples", sample, in: cohortName}), class: "name"}, sample);
}

/** "ABL1 (39730_at)" of a feature that has a label. */
function featureName(feature) {
  const label = dataset().features.labels[feature];
  return label ? `${label} (${feature})` : feature;
}

function featureLink(feature) {
  return el("a", {href: address({view: "features", feature}), class: "name"}, featureName(feature));
}

/** Show another place. */
function go(place) {
  location.hash = address(place);
}

/** Change a part of what is shown. */
function change(part) {
  location.hash = `#${new URLSearchParams({...state, ...part})}`;
}

/** Note a part of what is shown in the address, without showing it anew. */
function remember(part) {
  Object.assign(state, part);
  for (const [key, value] of Object.entries(part)) if (!value) delete state[key];
  history.replaceState(null, "", `#${new URLSearchParams(state)}`);
}

/** Whether two states are of the same place: then scroll and focus stay. */
function samePlace(one, other) {
  return PLACES.every((part) => one[part] === other[part]);
}
