// One row a rate: three figures with their intervals as bars, a recording to hear, and the reasons.

const unfolded = new Set();

function percentOf(value, most) {
  return `${Math.max(0, Math.min(100, (100 * value) / most))}%`;
}

function bar({value, low, high}, kind, most, marks) {
  const made = element("div", "", {class: `bar ${kind}`, "aria-hidden": "true"});
  const mark = (name, place, width) => {
    const part = element(name, "");
    part.style.left = place;
    if (width !== undefined) part.style.width = width;
    made.append(part);
  };
  mark("span", "0", percentOf(value, most));
  if (low !== null && high > low) mark("u", percentOf(low, most), `calc(${percentOf(high, most)} - ${percentOf(low, most)})`);
  if (marks.base) mark("em", percentOf(marks.base, most));
  if (marks.limit !== undefined) mark("s", percentOf(marks.limit, most));
  return made;
}

// Both ends of the interval in small, the one that decides in colour.
function ends(figure, limit, isMissed) {
  const made = element("i", "");
  if (figure.basis === "published") made.textContent = "published";
  else if (figure.ends[0] && figure.ends[1]) {
    const numbers = figure.ends.map((each) => each.split(" ")[0]), at = limit && (limit.is_least ? 0 : 1);
    const parts = numbers.map((each, place) => (limit && place === at
      ? element("b", isMissed ? `${each} ✗` : each, {class: isMissed ? "no" : "ok"}) : each));
    made.append(parts[0], "–", parts[1]);
  }
  return made;
}

function number(figure, small) {
  const made = element("div", figure.text, {class: "number"});
  if (figure.value === null) made.className = "none";
  else made.append(small);
  return made;
}

function figureCell(title, contents) {
  const made = element("td", "", {"data-title": title}), inner = document.createElement("div");
  inner.append(...contents);
  made.append(inner);
  return made;
}

function shareCell(view, judged, name, kind) {
  const figure = judged.point[name], limit = view.limitOf(name), bound = limit && view.asked[limit.name];
  const missed = judged.misses.some((each) => each.limit === limit);
  const isAsked = bound !== undefined;
  return figureCell(name === "accuracy" ? "Sounds recognised" : figure.title, [
    number(figure, ends(figure, isAsked ? limit : undefined, isAsked && missed)),
    ...(figure.value === null ? [] : [bar(figure, kind, 1, {limit: bound})]),
  ]);
}

function batteryCell(view, judged) {
  const {hours, isFull} = {hours: judged.point.hours, isFull: judged.point.rate_hz === view.fullRate};
  const limit = view.limitOf("hours"), isAsked = limit && view.asked[limit.name] !== undefined;
  const missed = judged.misses.some((each) => each.limit === limit);
  const small = isAsked ? ends(hours, limit, missed) : element("i", hours.times ? hours.times.text : isFull ? "baseline" : "");
  const times = hours.times || (isFull && hours.value !== null ? {value: 1, low: null, high: null} : null);
  return figureCell("Battery life", [number(hours, small),
    ...(times ? [bar(times, "battery", view.mostTimes, {base: isFull ? 0 : 1})] : [])]);
}

function listenCell(point) {
  const made = element("td", "", {class: "listen"});
  if (clipOf(`speech ${point.rate_hz}`)) {
    made.append(element("button", "▶", {type: "button", class: "play", "aria-pressed": "false",
      "aria-label": `Hear a sentence at ${point.rate}`, "data-play": `speech ${point.rate_hz}`}));
  }
  return made;
}

function standingCell(view, judged) {
  const {point, misses: missed} = judged, made = element("td", "", {class: "standing"});
  if (view.isAsked) {
    const words = missed.map(({limit}) => (limit ? limit.short : "device"));
    const chance = view.chanceOf(point);
    const passed = chance === null ? "✓ meets all" : `✓ ${of100(chance)}`;
    made.append(element("span", missed.length ? `✗ ${[...new Set(words)].join(", ")}` : passed,
      {class: missed.length ? "no" : "ok"}), " ");
  }
  const isOpen = unfolded.has(point.rate_hz);
  made.append(element("button", isOpen ? "less" : "why?", {type: "button", class: "more", "aria-expanded": String(isOpen),
    "aria-label": `${isOpen ? "Less" : "Why?"} ${point.rate}`, "data-why": String(point.rate_hz)}));
  return made;
}

function whyRow({point, misses: missed}) {
  const shown = ["accuracy", "privacy", "words", "known", "who", "hours"].map((name) => point[name]);
  const told = new Map(shown.map((figure) => [figure.title, figure.why]));
  const list = document.createElement("dl");
  if (missed.length) list.append(element("dt", "Misses"), element("dd", missed.map((each) => missWords(point, each)).join("; ")));
  for (const [title, why] of told) list.append(element("dt", title), element("dd", why));
  list.append(element("dt", "Source"), element("dd", `the point ${point.id} in results.csv and tradeoff.json`));
  const cell = element("td", "", {colspan: "6"}), made = element("tr", "", {class: "why"});
  cell.append(list);
  made.append(cell);
  return made;
}

function rateRows(view, judged) {
  const {point} = judged, made = element("tr", "", {class: judged === view.winner ? "best" : ""});
  made.append(element("th", point.rate, {scope: "row"}), shareCell(view, judged, "accuracy", "sounds"),
    shareCell(view, judged, "privacy", "leak"), batteryCell(view, judged), listenCell(point), standingCell(view, judged));
  return unfolded.has(point.rate_hz) ? [made, whyRow(judged)] : [made];
}

function showRates(screen, answer, asked, best, chanceOf) {
  const known = best.flatMap(({point}) => (point.hours.times ? [point.hours.times] : []));
  const longest = Math.max(1, ...known.map(({value}) => value));
  const axis = best[0] && best[0].point.privacy.title;
  const view = {
    asked, chanceOf, isAsked: answer.isAsked, winner: answer.qualifying[0], mostTimes: Math.max(1.2, ...known.map(({high}) => Math.min(high, 2 * longest))),
    fullRate: best.length && best[best.length - 1].point.rate_hz,
    limitOf: (name) => screen.limits.find(({figure}) => figure === name ||
      (name === "privacy" && best[0].point[figure] && best[0].point[figure].title === axis)),
  };
  byId("rates").replaceChildren(...best.flatMap((judged) => rateRows(view, judged)));
}
