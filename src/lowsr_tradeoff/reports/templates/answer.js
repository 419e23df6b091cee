// The answer in words. Every figure in it was written by the program that made the page; nothing is rounded here.

function joined(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

// Per cent to a share without the dust of a division: 12.3 % is 0.123; days to hours likewise.
function boundOf(limit, shown) {
  return Number((shown / limit.factor).toPrecision(12));
}

function inUnit(limit, bound, digits) {
  return Number((bound * limit.factor).toPrecision(digits));
}

function shownBound(limit, bound) {
  return `${inUnit(limit, bound, 4)} ${limit.unit}`;
}

function missWords(point, {reason, limit, bound}) {
  if (reason) return `${point.device} cannot run it: ${reason}`;
  const figure = point[limit.figure], at = limit.is_least ? 0 : 1, asked = shownBound(limit, bound);
  if (worseEnd(limit, point) === null) return `${limit.called}: ${figure.reason || "no interval is known"}`;
  const side = limit.is_least ? "below" : "above";
  const worst = figure.ends[at] === asked ? `${figure.exact[at]}, just ${side}` : figure.ends[at];
  return `${limit.called} ${limit.could_be} ${worst} (${limit.bound} ${asked})`;
}

// Draws are too few to tell a probability from 0 or 1.
function of100(p) {
  return `${p > 0.99 ? "over 99" : p < 0.01 ? "under 1" : Math.floor(100 * p + 0.5)} of 100`;
}

function sureWords(chance) {
  return chance === null ? "" : ` All limits hold together in ${of100(chance)} resamples.`;
}

// The sentence at the top, and the pieces of the one below it, each with what it is a figure of.
function say(screen, answer, device, chanceOf) {
  if (!answer.isAsked) {
    const [headline, pieces] = screen.open[device];
    return {headline, pieces: [...pieces, [" Enter what you need to get an answer.", ""]]};
  }
  if (answer.nearest) {
    const {point, misses: missed} = answer.nearest;
    const why = missed.map((each) => missWords(point, each)).join("; ");
    return {headline: `No rate meets all of this on ${device}.`,
      pieces: [[`Closest: ${point.rate} – ${why}.${sureWords(chanceOf(point))}`, ""]]};
  }
  if (!answer.qualifying.length) return {headline: `No rate meets all of this on ${device}.`, pieces: []};
  const best = answer.qualifying[0].point;
  const others = new Map(answer.qualifying.map(({point}) => [point.rate_hz, point.rate]));
  others.delete(best.rate_hz);
  const names = [...others].sort(([a], [b]) => a - b).map(([, rate]) => rate);
  const also = names.length ? `So ${names.length === 1 ? "does" : "do"} ${joined(names)}.` : "No other rate does.";
  return {headline: `${best.rate} meets what you need on ${device}${names.length ? ", with the least power" : ""}.`,
    pieces: [[`${also} ${screen.judged}${sureWords(chanceOf(best))}`, ""]]};
}

// The warning on lost sounds is about the answer, or about the lowest rate where there is none.
function cautionsFor(screen, device, point) {
  const all = screen.cautions[device] || [], place = all.findIndex(({section}) => section === "sounds");
  const others = all.filter(({section}) => section !== "sounds");
  const lost = point && point.accuracy.lost;
  if (lost) others.splice(place < 0 ? 3 : place, 0, lost);
  return others.slice(0, 6);
}

function showAnswer(screen, answer, device, best, chanceOf) {
  const {headline, pieces} = say(screen, answer, device, chanceOf);
  byId("headline").textContent = `${screen.mark}${headline}`;
  byId("lead").replaceChildren(...pieces.map(([words, kind]) => (kind ? element("b", words, {class: kind}) : words)));
  const about = answer.qualifying[0] || answer.nearest || best[0];
  byId("cautions").replaceChildren(...cautionsFor(screen, device, about && about.point).map(({point, figures, section, link}) => {
    const item = element("li", "");
    item.append(element("b", point), ` ${figures} `, element("a", link, {href: `#${section}`}));
    return item;
  }));
}
