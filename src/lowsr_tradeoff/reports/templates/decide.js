// Which points qualify, by the rules of lowsr_tradeoff.decision.answer.decide: a limit is held against the worse end of a
// 95 % interval; a figure that is not known meets no limit.

function meets(limit, figure, bound) {
  return figure !== null && (limit.is_least ? figure >= bound : figure <= bound);
}

function worseEnd(limit, point) {
  const {low, high} = point[limit.figure];
  return limit.is_least ? low : high;
}

function miss(limit, point, bound) {
  const {low, high} = point[limit.figure];
  const short = low !== null && high !== null ? Math.abs(worseEnd(limit, point) - bound) : Infinity;
  return {limit, bound, relative: bound ? short / bound : short};
}

// A device that cannot do it has no battery life to hold against a limit.
function misses(point, limits, asked) {
  const impossible = point.infeasible.map((reason) => ({reason, relative: Infinity}));
  const missed = limits
    .filter((limit) => asked[limit.name] !== undefined && !(limit.figure === "hours" && point.infeasible.length))
    .filter((limit) => !meets(limit, worseEnd(limit, point), asked[limit.name]))
    .map((limit) => miss(limit, point, asked[limit.name]));
  return [...impossible, ...missed];
}

function orWorst(value, worst) {
  return value === null ? worst : value;
}

// Least power, then least leak on the privacy axis, then most accuracy, each at its worse end.
function preference(point) {
  return [orWorst(point.power.high, Infinity), orWorst(point.privacy.high, Infinity),
    -orWorst(point.accuracy.low, -Infinity)];
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

// The order of preference does not depend on what is asked for.
function inOrder(points) {
  const keys = new Map(points.map((point) => [point, preference(point)]));
  return [...points].sort((a, b) => compare(keys.get(a), keys.get(b)));
}

// Points come in order of preference.
function decide(points, limits, asked, device) {
  const isAsked = Object.keys(asked).length > 0;
  const judged = points
    .filter((point) => point.device === device)
    .map((point) => ({point, misses: isAsked ? misses(point, limits, asked) : []}));
  const qualifying = isAsked ? judged.filter((each) => each.misses.length === 0) : [];
  const isNear = isAsked && qualifying.length === 0;
  return {isAsked, judged, qualifying, nearest: isNear ? least(judged, (each) => distance(each.misses)) : null};
}

// A row holds whole units above a base, so many to one; dividing gives back the very decimals.
function drawsOf({nDraws, scales, units, rows}, row) {
  if (!rows.has(row)) {
    const [scale, base] = scales[row];
    const its = units.subarray(row * nDraws, (row + 1) * nDraws);
    rows.set(row, Float64Array.from(its, (unit) => (base + unit) / scale));
  }
  return rows.get(row);
}

// The share of the joint draws in which a point meets all limits at once; null where a figure was not drawn.
function probability(point, limits, asked, draws) {
  const given = limits.filter(({name}) => asked[name] !== undefined);
  if (given.length && point.infeasible.length) return 0;
  if (!given.length || given.some(({figure}) => point.draws[figure] === null)) return null;
  const fails = new Uint8Array(draws.nDraws);
  for (const {name, figure, is_least: isLeast} of given) {
    const bound = asked[name], drawn = drawsOf(draws, point.draws[figure]);
    for (let at = 0; at < fails.length; at += 1) if (isLeast ? drawn[at] < bound : drawn[at] > bound) fails[at] = 1;
  }
  return 1 - fails.reduce((sum, each) => sum + each, 0) / draws.nDraws;
}

// One judged point a rate, rates ascending, as lowsr_tradeoff.decision.answer.best_by_rate chooses it.
function bestByRate({judged, isAsked}) {
  const rates = new Map();
  for (const each of judged) rates.set(each.point.rate_hz, [...(rates.get(each.point.rate_hz) || []), each]);
  const merit = isAsked ? (each) => distance(each.misses)
    : ({point}) => [point.infeasible.length ? 1 : 0, point.is_on_frontier ? 0 : 1, -orWorst(point.accuracy.value, 0)];
  return [...rates.keys()].sort((a, b) => a - b).map((rate) => least(rates.get(rate), merit));
}
