// Unpacks what the page holds, then lets the sliders answer and draws the figures, the first one first.

const CONFIG = {
  displaylogo: false, showSendToCloud: false, plotlyServerURL: "", responsive: true, displayModeBar: "hover",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
};

function byId(id) {
  return document.getElementById(id);
}

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function unpacked(id) {
  const letters = atob(byId(id).textContent.trim());
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}

function unpack(id) {
  return unpacked(id).text();
}

async function unpackDraws({n_draws: nDraws, scales}) {
  return {nDraws, scales, units: new Uint16Array(await unpacked("draws").arrayBuffer())};
}

// The policy of this page names the digest of this very text, so nothing else would run.
async function loadPlotly() {
  const script = document.createElement("script");
  script.textContent = await unpack("plotly");
  document.head.append(script);
}

function draw(plot, spec) {
  delete plot.dataset.waits;
  // Plotly takes the height of the element when the window changes its size.
  plot.style.height = `${spec.layout.height}px`;
  Plotly.react(plot, spec.data, spec.layout, CONFIG);
  for (const drawing of plot.querySelectorAll("svg.main-svg")) drawing.setAttribute("aria-hidden", "true");
}

function drawWaiting(specs, atMost = Infinity) {
  const waiting = [...document.querySelectorAll(".plot[data-waits]")].slice(0, atMost);
  for (const plot of waiting) draw(plot, specs[plot.id]);
  return waiting.length;
}

// One figure a turn, so that the page answers in between.
function drawInTurns(specs) {
  if (drawWaiting(specs, 1)) setTimeout(() => drawInTurns(specs), 0);
  else document.documentElement.dataset.isDrawn = "true";
}

function unfold() {
  for (const folded of document.querySelectorAll("details:not([open]):not(.many)")) {
    folded.open = true;
    folded.dataset.isUnfolded = "true";
  }
}

function foldAgain() {
  for (const unfolded of document.querySelectorAll("details[data-is-unfolded]")) {
    unfolded.open = false;
    delete unfolded.dataset.isUnfolded;
  }
}

function offerResults() {
  const button = byId("save");
  if (button === null) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = URL.createObjectURL(new Blob([await unpack("tradeoff")], {type: "application/json"}));
    element("a", "", {href: url, download: "tradeoff.json"}).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  });
}

async function start() {
  const content = JSON.parse(await unpack("content"));
  const panel = startPanel(content.choices, await unpackDraws(content.choices));
  document.documentElement.dataset.answersAfterMs = String(Math.round(performance.now()));
  fillTables(content.tables);
  offerResults();
  await loadPlotly();
  panel.startDrawing(content.frontiers, content.specs.frontier);
  window.addEventListener("beforeprint", () => { unfold(); drawWaiting(content.specs); });
  window.addEventListener("afterprint", foldAgain);
  drawInTurns(content.specs);
}

start();
