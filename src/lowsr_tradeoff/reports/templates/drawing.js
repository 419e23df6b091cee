// The frontier under the limits chosen: what misses them turns grey, and the answer is outlined.
//
// A slider must not wait for plotly to draw anew, so points change their class at once; plotly learns the words to
// show beside a point, and where the dashed limit stands, when the sliders rest.

const REST_MS = 200;

// Plotly takes tags and entities in text for markup.
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function hover(base, judged, isAsked) {
  return isAsked ? `${base}<br>${escaped(standingWords(judged, true)).replaceAll("; ", ";<br>")}` : base;
}

function told(trace, judgedById, isAsked) {
  if (!trace.ids) return trace;
  const hovertext = trace.hovertext.map((base, at) => hover(base, judgedById.get(trace.ids[at]), isAsked));
  return {...trace, hovertext, marker: {...trace.marker, color: trace.meta}};
}

function dashed(bound) {
  return {type: "line", xref: "paper", yref: "y", x0: 0, x1: 1, y0: bound, y1: bound,
    line: {color: "#767676", dash: "dash", width: 1.5}};
}

function byPointId(answer) {
  return new Map(answer.judged.map((each) => [each.point.id, each]));
}

// Plotly binds to each marker and error bar the point that it stands for.
function paint(plot, answer) {
  const judgedById = byPointId(answer), [{point: best}] = [...answer.qualifying, {point: null}];
  for (const mark of plot.querySelectorAll(".point, .errorbar")) {
    const judged = judgedById.get(mark.__data__.id);
    mark.classList.toggle("out", judged !== undefined && judged.misses.length > 0);
    mark.classList.toggle("best", judged !== undefined && judged.point === best);
  }
}

function frontierDrawing(frontiers, spec) {
  const plot = byId("frontier");
  let drawn = null, timer = 0, latest = null;
  const redraw = () => {
    const {answer, state: {limits, device}} = latest, judgedById = byPointId(answer);
    const shapes = limits.min_accuracy === undefined ? [] : [dashed(limits.min_accuracy)];
    drawn = device;
    draw(plot, {data: frontiers[device].map((trace) => told(trace, judgedById, answer.isAsked)),
      layout: {...spec.layout, shapes}});
    paint(plot, answer);
  };
  return (answer, state) => {
    latest = {answer, state};
    clearTimeout(timer);
    if (state.device !== drawn) redraw();
    else {
      paint(plot, answer);
      timer = setTimeout(redraw, REST_MS);
    }
  };
}
