// Which points qualify, by the rules of lowsr_tradeoff.decision.answer.decide: a limit is held against the worse end of a
// 95 % interval; a figure that is not known meets no limit.

const VALUE = 0, LOW = 1, HIGH = 2;
const LIMITS = [
  {name: "min_accuracy", figure: "accuracy", end: LOW, isLeast: true},
  {name: "max_word_recovery", figure: "words", end: HIGH, isLeast: false},
  {name: "max_known_word_recovery", figure: "known", end: HIGH, isLeast: false},
  {name: "max_speaker_identification", figure: "who", end: HIGH, isLeast: false},
  {name: "min_battery_hours", figure: "hours", end: LOW, isLeast: true},
  {name: "min_recall", figure: "recall", end: LOW, isLeast: true},
  {name: "max_false_alarms_per_hour", figure: "alarms", end: HIGH, isLeast: false},
];

function meets(limit, figure, bound) {
  return figure !== null && (limit.isLeast ? figure >= bound : figure <= bound);
}

function miss(limit, ends, bound) {
  const isKnown = ends[LOW] !== null && ends[HIGH] !== null;
  const short = isKnown ? Math.abs(ends[limit.end] - bound) : Infinity;
  return {limit, bound, end: isKnown ? ends[limit.end] : null, relative: bound ? short / bound : short};
}

// A device that cannot do it has no battery life to hold against a limit.
function asksFor(limit, limits, point) {
  return limits[limit.name] !== undefined && !(limit.figure === "hours" && point.infeasible.length);
}

function misses(point, limits) {
  const impossible = point.infeasible.map((reason) => ({reason, relative: Infinity}));
  const missed = LIMITS
    .filter((limit) => asksFor(limit, limits, point))
    .filter((limit) => !meets(limit, point[limit.figure][limit.end], limits[limit.name]))
    .map((limit) => miss(limit, point[limit.figure], limits[limit.name]));
  return [...impossible, ...missed];
}

function orWorst(value, worst) {
  return value === null ? worst : value;
}

// Least power, then least leak on the privacy axis, then most accuracy, each at its worse end.
function preference(point) {
  return [orWorst(point.power[HIGH], Infinity), orWorst(point.privacy[HIGH], Infinity),
    -orWorst(point.accuracy[LOW], -Infinity)];
}

// What no relaxed limit could close comes last.
function distance(missed) {
  const total = missed.reduce((sum, each) => sum + each.relative, 0);
  return [total === Infinity ? 1 : 0, missed.length, total];
}

function compare(first, second) {
  const at = first.findIndex((value, index) => value !== second[index]);
  return at < 0 ? 0 : first[at] < second[at] ? -1 : 1;
}

function least(items, key) {
  return items.reduce((best, item) => (best === null || compare(key(item), key(best)) < 0 ? item : best), null);
}

function decide(points, limits, device) {
  const isAsked = Object.keys(limits).length > 0;
  const judged = points
    .filter((point) => point.device === device)
    .sort((a, b) => compare(preference(a), preference(b)))
    .map((point) => ({point, misses: isAsked ? misses(point, limits) : []}));
  const qualifying = isAsked ? judged.filter((each) => each.misses.length === 0) : [];
  const isNear = isAsked && qualifying.length === 0;
  return {isAsked, judged, qualifying, nearest: isNear ? least(judged, (each) => distance(each.misses)) : null};
}

// A row holds whole units above a base, so many to one; dividing gives back the very decimals.
function drawOf({nDraws, scales, units}, row, at) {
  const [scale, base] = scales[row];
  return (base + units[row * nDraws + at]) / scale;
}

// The share of the joint draws in which a point meets all limits at once; null where a figure was not drawn.
function probability(point, limits, draws) {
  const asked = LIMITS.filter(({name}) => limits[name] !== undefined);
  if (asked.length && point.infeasible.length) return 0;
  if (!asked.length || asked.some(({figure}) => point.rows[figure] === null)) return null;
  const holds = (at) => asked.every((limit) =>
    meets(limit, drawOf(draws, point.rows[limit.figure], at), limits[limit.name]));
  let n = 0;
  for (let at = 0; at < draws.nDraws; at += 1) n += holds(at) ? 1 : 0;
  return n / draws.nDraws;
}

// One judged point a rate, rates ascending: the best that qualifies, else the one that misses by least; where nothing
// is asked for, the most accurate on the frontier.
function bestByRate({judged, isAsked}) {
  const rates = new Map();
  for (const each of judged) rates.set(each.point.rate_hz, [...(rates.get(each.point.rate_hz) || []), each]);
  const merit = isAsked ? (each) => distance(each.misses)
    : ({point}) => [point.is_on_frontier ? 0 : 1, -orWorst(point.accuracy[VALUE], -Infinity)];
  return [...rates.keys()].sort((a, b) => a - b).map((rate) => least(rates.get(rate), merit));
}
