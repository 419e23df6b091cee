// Sounds recognised against what leaks, one point a rate.

const BOX = {width: 480, height: 360, left: 50, right: 12, top: 12, bottom: 44};
const LABEL = {width: 48, height: 15};

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function across(share) {
  return BOX.left + share * (BOX.width - BOX.left - BOX.right);
}

function up(share) {
  return BOX.height - BOX.bottom - share * (BOX.height - BOX.top - BOX.bottom);
}

function line(x1, y1, x2, y2, kind) {
  return drawn("line", {x1, y1, x2, y2, class: kind});
}

function axes(axis) {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
    line(across(share), up(0), across(share), up(1), "line"),
    line(across(0), up(share), across(1), up(share), "line"),
    drawn("text", {x: across(share), y: up(0) + 16, class: "tick middle"}, String(Math.round(share * 100))),
    drawn("text", {x: BOX.left - 7, y: up(share) + 4, class: "tick end"}, String(Math.round(share * 100))),
  ]);
  const middle = (up(0) + up(1)) / 2;
  return [...ticks,
    drawn("text", {x: across(0.5), y: BOX.height - 8, class: "leak middle strong"}, `← fewer   ${axis} by an attacker, %`),
    drawn("text", {transform: `translate(13 ${middle}) rotate(-90)`, class: "sounds middle strong"},
      "sounds recognised, %   more →")];
}

// What is needed: the corner that the limits on both axes leave.
function needed(limits, asked, axisFigure) {
  const bound = (figure) => {
    const limit = limits.find((each) => each.figure === figure);
    return limit && asked[limit.name];
  };
  const least = bound("accuracy"), most = bound(axisFigure);
  if (least === undefined && most === undefined) {
    return [drawn("text", {x: across(0) + 8, y: up(1) + 16, class: "tick"}, "▲ best corner: recognises all, reveals nothing")];
  }
  const right = across(most === undefined ? 1 : Math.min(most, 1)), bottom = up(least === undefined ? 0 : Math.min(least, 1));
  return [
    drawn("rect", {x: across(0), y: up(1), width: right - across(0), height: bottom - up(1), class: "needed"}),
    drawn("text", {x: across(0) + 8, y: up(1) + 16, class: "battery strong"}, "what you need"),
  ];
}

function isPlaced({point}) {
  return point.accuracy.value !== null && point.privacy.value !== null;
}

function interval({low, high}, value) {
  return [low === null ? value : low, high === null ? value : high];
}

function cross({point, misses: missed}, isAsked, isAnswer) {
  const {accuracy, privacy} = point, x = across(privacy.value), y = up(accuracy.value);
  const [left, right] = interval(privacy, privacy.value), [low, high] = interval(accuracy, accuracy.value);
  const kind = `point${isAsked && missed.length ? " out" : ""}${isAnswer ? " best" : ""}`;
  return drawn("g", {class: kind, "data-id": point.id},
    drawn("title", {}, `${point.rate}: ${accuracy.text} of sounds, ${privacy.text} ${privacy.title.toLowerCase()}`),
    line(across(left), y, across(right), y, "cross"), line(x, up(low), x, up(high), "cross"),
    drawn("circle", {cx: x, cy: y, r: isAnswer ? 9 : 6}));
}

// Each name takes the first free place beside its point; where none is free, the point has its name under the mouse.
function names(placed) {
  const taken = placed.map(({point}) => [across(point.privacy.value) - 7, up(point.accuracy.value) - 7, 14, 14]);
  const isFree = ([x, y, width, height]) => x >= BOX.left && x + width <= BOX.width && y >= 0 && y + height < up(0) &&
    taken.every(([left, top, wide, tall]) => x + width < left || x > left + wide || y + height < top || y > top + tall);
  return placed.flatMap(({point}) => {
    const x = across(point.privacy.value), y = up(point.accuracy.value), {width, height} = LABEL;
    const places = [[x + 10, y + 3], [x - width - 10, y - height - 4], [x + 10, y - height - 4], [x - width - 10, y + 3]];
    const place = places.map(([left, top]) => [left, top, width, height]).find(isFree);
    if (!place) return [];
    taken.push(place);
    const isLeft = place[0] < x;
    return [drawn("text", {x: isLeft ? place[0] + width : place[0], y: place[1] + 12,
      class: `rate${isLeft ? " end" : ""}`}, point.rate)];
  });
}

function drawPicture(screen, answer, asked, best) {
  const placed = best.filter(isPlaced), winner = answer.qualifying[0];
  const axisFigure = ["words", "known", "who"].find((name) => placed[0] && placed[0].point[name].title === placed[0].point.privacy.title);
  const trail = placed.map(({point}) => `${across(point.privacy.value)},${up(point.accuracy.value)}`).join(" ");
  const every = byId("all-points").checked ? answer.judged.filter(isPlaced) : [];
  const told = placed.map(({point}) => `${point.rate}: ${point.accuracy.text} and ${point.privacy.text}`).join("; ");
  byId("picture").replaceChildren(drawn("svg", {viewBox: `0 0 ${BOX.width} ${BOX.height}`, role: "img",
    "aria-label": `Sounds recognised and ${screen.axis}, by rate. ${told || "Not measured"}.`},
  ...axes(screen.axis), ...needed(screen.limits, asked, axisFigure),
  drawn("polyline", {points: trail, class: "trail"}),
  ...every.map(({point}) => drawn("circle", {cx: across(point.privacy.value), cy: up(point.accuracy.value), r: 2.5,
    class: "other"})),
  ...placed.map((each) => cross(each, answer.isAsked, each === winner)), ...names(placed)));
  byId("picture-caption").textContent = answer.isAsked
    ? "Filled: the rate meets what you need. Hollow: it misses a limit. Ring: the answer. Crosses are 95 % intervals."
    : "Each cross is the 95 % interval of both figures.";
  byId("n-points").textContent = `all ${answer.judged.length} operating points`;
}
