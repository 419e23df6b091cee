// Figures and reasons as text. Nothing here is markup: it is put into the page as text nodes.

const WORDS = {
  accuracy: {name: "accuracy", unit: "\u00a0%", factor: 100},
  words: {name: "words recovered", unit: "\u00a0%", factor: 100},
  known: {name: "known words above chance", unit: "\u00a0%", factor: 100},
  who: {name: "speakers identified", unit: "\u00a0%", factor: 100},
  power: {name: "average power", unit: "\u00a0mW", factor: 1},
  hours: {name: "battery life", unit: "\u00a0h", factor: 1},
  recall: {name: "recall of the target", unit: "\u00a0%", factor: 100},
  alarms: {name: "false alarms", unit: "\u00a0per hour", factor: 1},
};

function plain(value, digits) {
  const number = Number(value.toPrecision(digits));
  return Math.abs(number) >= 1e6 ? number.toExponential() : String(number);
}

// Two different numbers with as many digits as it takes to see that they differ, three at least.
function toldApart(a, b) {
  let digits = 3;
  while (digits < 17 && a !== b && plain(a, digits) === plain(b, digits)) digits += 1;
  return [plain(a, digits), plain(b, digits)];
}

function written(figure, value) {
  const {unit, factor} = WORDS[figure];
  return plain(value * factor, 3) + unit;
}

function interval(figure, [value, low, high], reason) {
  if (value === null) return `not measured: ${reason}`;
  const {unit, factor} = WORDS[figure];
  if (value === low && value === high) return `${plain(value * factor, 3)}${unit}`;
  if (low === null || high === null) return `${plain(value * factor, 3)}${unit}, no interval`;
  return `${plain(value * factor, 3)}${unit} [${plain(low * factor, 3)}, ${plain(high * factor, 3)}]`;
}

function missWords(point, each) {
  if (each.reason) return `cannot run on ${point.device}: ${each.reason}`;
  const {limit, end, bound} = each, {name, unit, factor} = WORDS[limit.figure];
  if (end === null) return `${name} is not known: ${point.reasons[limit.figure] || "it has no interval"}`;
  const [reached, asked] = toldApart(end * factor, bound * factor);
  return `${name} ${reached}${unit} at the worse end, ${limit.isLeast ? "less" : "more"} than ${asked}${unit}`;
}

// Draws are too few to tell a probability from 0 or 1.
function chanceWords(chance) {
  if (chance === null) return "not known";
  if (chance < 0.01) return "under 0.01";
  return chance > 0.99 ? "over 0.99" : chance.toFixed(2);
}

function standingWords(judged, isAsked) {
  if (judged.misses.length) return judged.misses.map((each) => missWords(judged.point, each)).join("; ");
  if (!isAsked) return judged.point.is_on_frontier ? "on the frontier" : "beaten by another point";
  return "meets every limit";
}

function askedWords(limits) {
  const each = [];
  if (limits.min_accuracy !== undefined) each.push(`accuracy of at least ${written("accuracy", limits.min_accuracy)}`);
  if (limits.max_word_recovery !== undefined) each.push(`word recovery of at most ${written("words", limits.max_word_recovery)}`);
  if (limits.max_known_word_recovery !== undefined) each.push(`known words above chance of at most ${written("known", limits.max_known_word_recovery)}`);
  if (limits.max_speaker_identification !== undefined) each.push(`speaker identification of at most ${written("who", limits.max_speaker_identification)}`);
  if (limits.min_battery_hours !== undefined) each.push(`at least ${written("hours", limits.min_battery_hours)} on the battery`);
  if (limits.min_recall !== undefined) each.push(`recall of the target of at least ${written("recall", limits.min_recall)}`);
  if (limits.max_false_alarms_per_hour !== undefined) each.push(`false alarms of at most ${written("alarms", limits.max_false_alarms_per_hour)}`);
  return each.join(", ");
}
