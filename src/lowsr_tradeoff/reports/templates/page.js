// Unpacks what the page holds and answers; figures and the code that draws them wait until a section is unfolded.

const CONFIG = {
  displaylogo: false, showSendToCloud: false, plotlyServerURL: "", responsive: true, displayModeBar: "hover",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
};
const page = {plotly: null, content: null, player: null, best: []};

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
  return {nDraws, scales, units: new Uint16Array(await unpacked("draws").arrayBuffer()), rows: new Map()};
}

// Points share their figures: each names them by their place.
function withFigures({points, figures}) {
  return points.map(({figures: places, ...point}) => {
    const own = Object.entries(places).map(([name, place]) => [name, figures[place]]);
    return {...point, ...Object.fromEntries(own)};
  });
}

// The policy of this page names the digest of this very text, so nothing else would run.
function loadPlotly() {
  page.plotly = page.plotly || unpack("plotly").then((text) => {
    const script = document.createElement("script");
    script.textContent = text;
    document.head.append(script);
  });
  return page.plotly;
}

// The specs of the figures, the recall of every network, and the tables of very many rows.
function loadContent() {
  page.content = page.content || unpack("content").then((text) => JSON.parse(text));
  return page.content;
}

function draw(plot, spec) {
  delete plot.dataset.waits;
  // Plotly takes the height of the element when the window changes its size.
  plot.style.height = `${spec.layout.height}px`;
  Plotly.react(plot, spec.data, spec.layout, CONFIG);
  for (const drawing of plot.querySelectorAll("svg.main-svg")) drawing.setAttribute("aria-hidden", "true");
}

function isVisible(plot) {
  return plot.closest("details:not([open])") === null;
}

async function drawWaiting() {
  const waiting = () => [...document.querySelectorAll(".plot[data-waits]")].filter(isVisible);
  if (!waiting().length) return;
  const [content] = await Promise.all([loadContent(), loadPlotly()]);
  for (const plot of waiting()) draw(plot, specOf(content, plot.id));
}

// Recall is that of the networks which the first screen shows.
function specOf({specs, recalls}, name) {
  const spec = specs[name], found = page.best.filter(({point}) => recalls[point.network]);
  if (name !== "recall" || !found.length) return spec;
  const [cells] = spec.data, shown = found.map(({point}) => recalls[point.network]);
  return {...spec, data: [{...cells, x: found.map(({point}) => `${point.rate}<br>${point.arm}`),
    z: cells.y.map((_, at) => shown.map((recall) => recall[at]))}]};
}

async function redrawRecall() {
  const plot = byId("recall");
  if (plot && !("waits" in plot.dataset)) draw(plot, specOf(await loadContent(), "recall"));
}

function unfoldTo(section) {
  const target = byId(section);
  if (!target) return;
  target.open = true;
  target.scrollIntoView();
}

function clipOf(name) {
  return document.querySelector(`[data-clip="${name}"]`);
}

function stop() {
  if (!page.player) return;
  page.player.sound.pause();
  page.player.button.setAttribute("aria-pressed", "false");
  page.player.button.textContent = "▶";
  page.player = null;
}

// One at a time.
function play(button) {
  const isPlaying = page.player && page.player.button === button;
  stop();
  if (isPlaying) return;
  const source = button.dataset.sound ? button : clipOf(button.dataset.play);
  const sound = new Audio(source.dataset.sound);
  page.player = {button, sound};
  button.setAttribute("aria-pressed", "true");
  button.textContent = "■";
  sound.addEventListener("ended", stop);
  sound.play();
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

async function printAll() {
  const {tables} = await loadContent(), folded = [...document.querySelectorAll("details:not([open])")];
  for (const each of folded) { fillTable(each, tables); each.open = true; }
  await drawWaiting();
  document.documentElement.classList.add("everything");
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("everything");
    for (const each of folded) each.open = false;
  }, {once: true});
  window.print();
}

function listenForClicks(show) {
  document.addEventListener("click", (event) => {
    const target = event.target.closest("a[href^='#'], button");
    if (!target) return;
    if (target.matches(".play")) play(target);
    else if (target.dataset.why) {
      const rate = Number(target.dataset.why);
      if (!unfolded.delete(rate)) unfolded.add(rate);
      show();
      document.querySelector(`[data-why="${rate}"]`).focus();
    } else if (target.matches("a") && !target.matches(".skip")) {
      // The address keeps the limits.
      event.preventDefault();
      unfoldTo(target.hash.slice(1));
    }
  });
}

async function start() {
  const screen = JSON.parse(await unpack("screen"));
  const draws = await unpackDraws(screen), points = inOrder(withFigures(screen));
  byId("leak").textContent = points.length ? points[0].privacy.title : screen.axis;
  byId("against").replaceChildren(`and × that at ${screen.reference};`, element("br", ""), "longer is better");
  for (const hidden of document.querySelectorAll("main > [hidden], header > [hidden]")) hidden.hidden = false;
  const show = startLimits(screen, ({asked, device}) => {
    const answer = decide(points, screen.limits, asked, device), best = bestByRate(answer);
    const isOwn = isStudys(screen, {asked, device});
    const chances = new Map();
    const chanceOf = (point) => {
      if (!chances.has(point)) {
        chances.set(point, isOwn ? point.p_meets : probability(point, screen.limits, asked, draws));
      }
      return chances.get(point);
    };
    showAnswer(screen, answer, device, best, chanceOf);
    showRates(screen, answer, asked, best, chanceOf);
    drawPicture(screen, answer, asked, best);
    page.best = best;
    redrawRecall();
  });
  listenForClicks(show);
  for (const folded of document.querySelectorAll("details")) {
    folded.addEventListener("toggle", async () => {
      if (folded.dataset.table) fillTable(folded, (await loadContent()).tables);
      nameCells(folded);
      drawWaiting();
    });
  }
  offerResults();
  byId("link").addEventListener("click", async () => {
    await navigator.clipboard.writeText(window.location.href);
    byId("link").textContent = "Copied";
  });
  byId("print").addEventListener("click", () => window.print());
  byId("print-all").addEventListener("click", printAll);
  document.documentElement.dataset.answersAfterMs = String(Math.round(performance.now()));
}

start();
