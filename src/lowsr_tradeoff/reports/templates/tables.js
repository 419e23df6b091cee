// Tables of very many rows are put together when they are unfolded.

function cell(content, tag, attributes) {
  if (typeof content === "string") return element(tag, content, attributes);
  const made = element(tag, "", attributes);
  made.append(element("b", content[0]), " ", element("small", content[1], content[0].endsWith(":") ? {class: "why"} : {}));
  return made;
}

function tableRows({columns, n_heads: nHeads, prose}, cells) {
  const made = document.createElement("tr"), below = element("tr", "", {class: "prose"});
  made.append(...cells.flatMap((content, at) => (prose.includes(at) ? []
    : [at < nHeads ? cell(content, "th", {scope: "row"}) : cell(content, "td", {})])));
  const texts = element("td", "", {colspan: String(columns.length - prose.length)});
  texts.append(...prose.map((at) => {
    const text = element("p", "");
    text.append(element("b", columns[at]), " ", cell(cells[at], "span", {}));
    return text;
  }));
  below.append(texts);
  return prose.length ? [made, below] : [made];
}

function tableOf(content) {
  const table = document.createElement("table"), head = document.createElement("thead");
  const body = document.createElement("tbody"), names = document.createElement("tr");
  const beside = content.columns.filter((_, at) => !content.prose.includes(at));
  names.append(...beside.map((name) => element("th", name, {scope: "col"})));
  head.append(names);
  body.append(...content.rows.flatMap((cells) => tableRows(content, cells)));
  table.append(element("caption", content.caption), head, body);
  return table;
}

function fillTable(folded, tables) {
  const {table} = folded.dataset;
  if (!table) return;
  delete folded.dataset.table;
  folded.querySelector("p").replaceWith(tableOf(tables[table]));
}

// On a phone a row is a card, and each of its figures names its column.
function nameCells(within) {
  for (const table of within.querySelectorAll("table:not([data-named], .rates)")) {
    table.dataset.named = "";
    const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
    for (const row of table.tBodies[0].rows) {
      if (row.className !== "prose") [...row.cells].forEach((each, at) => { each.dataset.title = heads[at]; });
    }
  }
}
