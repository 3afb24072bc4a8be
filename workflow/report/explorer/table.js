// Tables that can be sorted by each column and filtered by a text.
"use strict";

const ROWS_AT_ONCE = 200;

/**
 * A table. columns: {key, label, cell (row → text or node), value (row → number or text to sort by),
 * number (whether it is one), best: "low" or "high" (sorted first)}; rows: any objects; options:
 * caption, filter (row → text to search in), open (row → called by a click on the row), sort (key of
 * the column that the rows are sorted by already), current (row → whether it is the one shown).
 */
function dataTable(columns, rows, options) {
  const kept = options.remember || false;
  let sort = (kept && state.sort) || options.sort || "";
  let query = (kept && state.q) || "";
  let most = ROWS_AT_ONCE;
  const body = el("tbody", {});
  const counted = el("span", {role: "status", class: "said"});
  const heads = columns.map((column) => header(column, () => sortBy(column)));
  const more = el("button", {type: "button", hidden: true, onclick: () => {
    most += 5 * ROWS_AT_ONCE;
    draw();
  }}, "Show more rows");

  function sortBy(column) {
    const first = column.best === "high" ? "-" : "";
    const other = first ? "" : "-";
    sort = sort === first + column.key ? other + column.key : first + column.key;
    if (kept) remember({sort});
    draw();
  }

  function sorted() {
    const key = sort.replace(/^-/, "");
    const column = columns.find((one) => one.key === key);
    if (!column) return rows;
    const sign = sort.startsWith("-") ? -1 : 1;
    return [...rows].sort((a, b) => compare(column.value(a), column.value(b), sign));
  }

  function draw() {
    const words = query.toLowerCase();
    const found = sorted().filter(
      (row) => !words || options.filter(row).toLowerCase().includes(words)
    );
    body.replaceChildren(...found.slice(0, most).map((row) => tableRow(columns, row, options)));
    if (options.filter && query) counted.textContent = `${found.length} of ${rows.length} rows`;
    else counted.textContent = "";
    more.hidden = found.length <= most;
    columns.forEach((column, i) => {
      const direction = {[column.key]: "ascending", [`-${column.key}`]: "descending"}[sort];
      heads[i].setAttribute("aria-sort", direction || "none");
    });
  }

  const search = options.filter && rows.length > 5 ? el("p", {class: "filter"},
    el("label", {for: `filter-${options.id}`}, "Filter"),
    el("input", {id: `filter-${options.id}`, type: "search", value: query, oninput: (event) => {
      query = event.target.value;
      if (kept) remember({q: query});
      draw();
    }}), counted) : null;
  draw();
  const table = el("table", {}, el("thead", {}, el("tr", {}, heads)), body);
  return el("div", {class: "data"}, search, captioned(options.id, options.caption, table),
    el("p", {class: "more"}, more));
}

/** A table with its caption above it, as wide as the page: wide tables are moved in their frame. */
function captioned(id, caption, table) {
  table.id = id;
  table.setAttribute("aria-labelledby", `caption-${id}`);
  return [
    el("p", {class: "note", id: `caption-${id}`}, caption),
    el("div", {class: "scroll", tabindex: "0", role: "region", "aria-labelledby": `caption-${id}`},
      table),
  ];
}

function header(column, click) {
  const looks = [column.number && "number", column.wide && "wide"].filter(Boolean).join(" ");
  const name = {class: looks || null, scope: "col", title: column.title};
  if (!column.value) return el("th", name, column.label);
  return el("th", name, el("button", {type: "button", onclick: click}, column.label,
    el("span", {class: "arrow", "aria-hidden": "true"})));
}

function tableRow(columns, row, options) {
  const current = options.current && options.current(row);
  const open = options.open && ((event) => {
    if (!event.target.closest("a, button") && !String(getSelection())) options.open(row);
  });
  const attributes = {class: open ? "opens" : null, "aria-current": current ? "true" : null};
  if (open) attributes.onclick = open;
  return el("tr", attributes, columns.map((column, i) => el(
    i === 0 && column.head !== false ? "th" : "td",
    {scope: i === 0 && column.head !== false ? "row" : null, class: column.number ? "number" : null},
    column.cell(row)
  )));
}

/** What is undefined stands last, in both directions. */
function compare(a, b, sign) {
  const gone = (value) => value === null || value === undefined || value === "";
  if (gone(a) || gone(b)) return gone(a) - gone(b);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "en", {numeric: true});
}
