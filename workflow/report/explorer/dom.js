// Builds elements. Every text of a run becomes a text node, so that it is never read as HTML.
"use strict";

const content = JSON.parse(document.getElementById("content").textContent);

/** An element: its name, attributes (`on…` are listeners), and children (elements or texts). */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** A part of a view with its heading; it can be linked to in the page's own menu. */
function section(title, ...children) {
  return el("section", {}, el("h2", {}, title), children);
}

function note(...children) {
  return el("p", {class: "note"}, children);
}

/** A labelled choice; options: [[value, label]]. */
function choice(id, label, options, value, change) {
  const select = el(
    "select", {id, onchange: (event) => change(event.target.value)},
    options.map(([key, text]) => el("option", {value: key, selected: key === value}, text))
  );
  return el("span", {class: "choice"}, el("label", {for: id}, label), select);
}

/** Nodes of a line of Markdown: `code`, **bold**, *emphasis*. Models in code style are links. */
function inline(text) {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/);
  return parts.map((part) => {
    if (/^`[^`]+`$/.test(part)) return codeOrModel(part.slice(1, -1));
    if (/^\*\*[^*]+\*\*$/.test(part)) return el("strong", {}, part.slice(2, -2));
    if (/^\*[^*]+\*$/.test(part)) return el("em", {}, part.slice(1, -1));
    return part.replace(/\\([*_`])/g, "$1");
  });
}

function codeOrModel(text) {
  const known = dataset().models.some((model) => model.id === text);
  return known ? modelLink(text) : el("code", {}, text);
}

/** Blocks of Markdown: headings, lists, tables and paragraphs; headings begin at `level`. */
function markdown(text, level) {
  const blocks = [];
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split("\n").filter((line) => line.trim());
    if (!lines.length) continue;
    const heading = /^(#+) (.*)/.exec(lines[0]);
    if (heading) {
      blocks.push(el(`h${Math.min(6, heading[1].length + level - 1)}`, {}, inline(heading[2])));
      lines.shift();
    }
    if (!lines.length) continue;
    if (lines.every((line) => line.startsWith("|"))) blocks.push(markdownTable(lines));
    else if (lines[0].startsWith("- ")) {
      const items = lines.join("\n").split(/\n?^- /m).filter(Boolean);
      blocks.push(el("ul", {}, items.map((item) => el("li", {}, inline(item)))));
    } else blocks.push(el("p", {}, inline(lines.join(" "))));
  }
  return blocks;
}

function markdownTable(lines) {
  const cells = (line) => line.replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
  const row = (line, name) => el("tr", {}, cells(line).map((cell) => el(name, {}, inline(cell))));
  const head = el("thead", {}, row(lines[0], "th"));
  return el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "table"},
    el("table", {}, head, el("tbody", {}, lines.slice(2).map((line) => row(line, "td")))));
}

/** A button that copies a text, and says so. */
function copyButton(label, text) {
  const said = el("span", {role: "status", class: "said"});
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied.";
    } catch {
      said.textContent = copyBySelection(text) ? "Copied." : "Could not copy: select the text.";
    }
  };
  return el("p", {class: "copy"}, el("button", {type: "button", onclick: copy}, label), " ", said);
}

/** For browsers that give pages from disk no clipboard. */
function copyBySelection(text) {
  const area = el("textarea", {class: "away"});
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** A number with decimals as the summary prints it; "–" where undefined. */
function fixed(value, decimals) {
  if (value === null || value === undefined) return "–";
  let text = value.toFixed(decimals);
  if (text.length > 9) text = value.toExponential(1);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** A number in few digits: 0.003, 16. */
function brief(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) >= 10 ** digits ? String(Math.round(value)) : String(Number(value.toPrecision(digits)));
}

function pText(p) {
  if (p === null || p === undefined) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function percent(share) {
  return share === null || share === undefined ? "–" : `${Math.round(100 * share)} %`;
}

function range(low, high, decimals) {
  return low === null || low === undefined || low === high
    ? "no interval" : `${fixed(low, decimals)} to ${fixed(high, decimals)}`;
}

function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : text;
}

/** A name on a figure: not longer than so many characters. */
function cut(text, most = 32) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function mean(values) {
  const defined = values.filter((value) => value !== null && value !== undefined);
  return defined.length ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null;
}
