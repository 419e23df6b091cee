// The sliders: what is asked for, kept in the address so that a link shares it, and the answer to it.

// "any" stands at the end where a limit asks for nothing.
const CONTROLS = {
  min_accuracy: {figure: "accuracy", isOff: (shown) => shown <= 0, off: 0},
  max_word_recovery: {figure: "words", isOff: (shown) => shown >= 100, off: 100},
  max_known_word_recovery: {figure: "known", isOff: (shown) => shown >= 100, off: 100},
  max_speaker_identification: {figure: "who", isOff: (shown) => shown >= 100, off: 100},
  min_battery_hours: {figure: "hours", isOff: (shown) => shown <= 0, off: 0},
};

// Per cent to a share without the dust of a division: 12.3 % is 0.123.
function boundOf(name, shown) {
  const {factor} = WORDS[CONTROLS[name].figure];
  return Number((shown / factor).toPrecision(12));
}

function shownOf(name, bound) {
  const {factor} = WORDS[CONTROLS[name].figure];
  return bound === undefined ? CONTROLS[name].off : Number((bound * factor).toPrecision(12));
}

function stopOf(name, shown, hours) {
  if (name !== "min_battery_hours") return shown;
  const at = hours.findIndex((stop) => stop >= shown);
  return shown <= 0 ? 0 : (at < 0 ? hours.length - 1 : at) + 1;
}

function shownAt(name, stop, hours) {
  if (name !== "min_battery_hours") return stop;
  return stop === 0 ? 0 : hours[stop - 1];
}

function isLimit(name, bound) {
  return LIMITS.some((limit) => limit.name === name) && Number.isFinite(bound) && bound >= 0;
}

function fromAddress(hash) {
  const given = new URLSearchParams(hash.slice(1)), limits = {};
  for (const [name, value] of given) if (isLimit(name, Number(value))) limits[name] = Number(value);
  return {isGiven: hash.includes("="), limits, device: given.get("device")};
}

function toAddress({limits, device}) {
  const written = new URLSearchParams({...limits, device});
  window.history.replaceState(null, "", `#${written}`);
}

function isSame(state, choices) {
  const names = Object.keys({...state.limits, ...choices.asked});
  return state.device === choices.device && names.every((name) => state.limits[name] === choices.asked[name]);
}

function setControls(state, choices) {
  for (const name of Object.keys(CONTROLS)) {
    const shown = shownOf(name, state.limits[name]), isOff = state.limits[name] === undefined;
    const {slider, field} = controlsOf(name);
    slider.value = stopOf(name, shown, choices.hours);
    slider.setAttribute("aria-valuetext", isOff ? "any" : written(CONTROLS[name].figure, state.limits[name]));
    if (document.activeElement !== field) field.value = isOff ? "" : shown;
  }
  byId("device").value = state.device;
}

function controlsOf(name) {
  return {slider: byId(name), field: byId(`${name}-exact`)};
}

function headline({isAsked, qualifying}) {
  if (!isAsked) return "No limit is set.";
  return qualifying.length ? `Recommended: ${qualifying[0].point.rate_hz} Hz.` : "No rate qualifies under these limits.";
}

function reason(answer, {limits, device}, draws) {
  if (!answer.isAsked) return "Move a slider: a recommendation needs to know what you ask for.";
  const asked = `Asked for on ${device}, at the worse end of every 95 % interval: ${askedWords(limits)}.`;
  return `${asked} ${answer.qualifying.length ? best(answer.qualifying, limits, draws) : nearest(answer.nearest)}`;
}

function best(qualifying, limits, draws) {
  const {point} = qualifying[0], chance = probability(point, limits, draws);
  const sure = chance === null ? "" : ` The probability that it meets all of it at once is ${chanceWords(chance)}.`;
  if (qualifying.length === 1) return `${point.name} is the only point that meets it.${sure}`;
  return `${point.name} is the first of ${qualifying.length} points that meet it, by least power.${sure}`;
}

function nearest(judged) {
  return judged ? `Nearest is ${judged.point.name}. What it misses: ${standingWords(judged, true)}.` : "";
}

function answerRow(judged, answer, chance) {
  const {point} = judged, isIn = answer.isAsked && judged.misses.length === 0;
  const made = row([
    `${point.rate_hz} Hz`,
    ...["accuracy", "words", "known", "who", "hours"].map((name) => interval(name, point[name], point.reasons[name])),
    standingWords(judged, answer.isAsked),
    chanceWords(chance),
  ], 1);
  made.className = answer.isAsked ? (isIn ? "meets" : "misses") : "";
  if (isIn && judged === answer.qualifying[0]) made.classList.add("best");
  return made;
}

function show(answer, state, choices, draws) {
  byId("answer").textContent = headline(answer);
  byId("answer-reason").textContent = reason(answer, state, draws);
  byId("answer-rates").replaceChildren(...bestByRate(answer).map((judged) =>
    answerRow(judged, answer, probability(judged.point, state.limits, draws))));
  byId("yours").hidden = isSame(state, choices);
}

function initial(choices) {
  const {isGiven, limits, device} = fromAddress(window.location.hash);
  const isKnown = choices.points.some((point) => point.device === device);
  return isGiven ? {limits, device: isKnown ? device : choices.device}
    : {limits: {...choices.asked}, device: choices.device};
}

function startPanel(choices, draws) {
  let state = initial(choices), drawing = null;
  const update = () => {
    const answer = decide(choices.points, state.limits, state.device);
    setControls(state, choices);
    show(answer, state, choices, draws);
    if (drawing) drawing(answer, state);
  };
  const change = (next) => {
    state = next;
    toAddress(state);
    update();
  };
  listen(() => state, change, choices);
  window.addEventListener("hashchange", () => {
    if (!fromAddress(window.location.hash).isGiven) return;
    state = initial(choices);
    update();
  });
  for (const id of ["limits", "answered", "by-rate"]) byId(id).hidden = false;
  update();
  return {startDrawing(frontiers, spec) {
    drawing = frontierDrawing(frontiers, spec);
    update();
  }};
}

function listen(current, change, choices) {
  const setLimit = (name, shown) => {
    const {[name]: _, ...others} = current().limits;
    const isOff = !Number.isFinite(shown) || CONTROLS[name].isOff(shown);
    change({...current(), limits: isOff ? others : {...others, [name]: boundOf(name, shown)}});
  };
  for (const name of Object.keys(CONTROLS)) {
    const {slider, field} = controlsOf(name);
    slider.addEventListener("input", () => setLimit(name, shownAt(name, Number(slider.value), choices.hours)));
    field.addEventListener("input", () => setLimit(name, field.value === "" ? NaN : Number(field.value)));
  }
  byId("device").addEventListener("change", () => change({...current(), device: byId("device").value}));
  byId("reset").addEventListener("click", () => change({limits: {...choices.asked}, device: choices.device}));
}
