// Tables of very many rows are built when they are unfolded.

function cell(content, tag, attributes) {
  if (typeof content === "string") return element(tag, content, attributes);
  const made = element(tag, "", attributes);
  made.append(element("b", content[0]), " ", element("small", content[1]));
  return made;
}

function row(cells, nHeads) {
  const made = document.createElement("tr");
  made.append(...cells.map((content, at) => (at < nHeads ? cell(content, "th", {scope: "row"}) : cell(content, "td", {}))));
  return made;
}

function tableOf({caption, columns, rows, n_heads: nHeads}) {
  const table = document.createElement("table"), head = document.createElement("thead");
  const body = document.createElement("tbody"), names = document.createElement("tr");
  names.append(...columns.map((name) => element("th", name, {scope: "col"})));
  head.append(names);
  body.append(...rows.map((cells) => row(cells, nHeads)));
  table.append(element("caption", caption), head, body);
  return table;
}

function fillTables(tables) {
  for (const folded of document.querySelectorAll("details.many")) {
    const box = folded.querySelector(".scroll");
    folded.addEventListener("toggle", () => box.replaceChildren(tableOf(tables[box.dataset.table])), {once: true});
  }
}
