// What is asked for: fields, kept in the address so that a link shares them.

function isBound(limit, bound) {
  return Number.isFinite(bound) && bound >= 0 && (limit.unit !== "%" || bound <= 1);
}

function fromAddress(screen) {
  const given = new URLSearchParams(window.location.hash.slice(1)), asked = {};
  for (const limit of screen.limits) {
    const bound = Number(given.get(limit.name));
    if (given.has(limit.name) && isBound(limit, bound)) asked[limit.name] = bound;
  }
  const device = screen.devices.includes(given.get("device")) ? given.get("device") : screen.device;
  return window.location.hash.includes("=") ? {asked, device} : {asked: {...screen.asked}, device: screen.device};
}

function toAddress({asked, device}) {
  window.history.replaceState(null, "", `#${new URLSearchParams({...asked, device})}`);
}

function isStudys(screen, {asked, device}) {
  const names = Object.keys({...asked, ...screen.asked});
  return device === screen.device && names.every((name) => asked[name] === screen.asked[name]);
}

function fieldOf(limit) {
  const made = element("label", `${limit.label} `);
  const most = limit.unit === "%" ? {max: "100"} : {};
  made.append(element("input", "", {type: "number", id: limit.name, min: "0", step: "any", placeholder: "any",
    inputmode: "decimal", "aria-label": `${limit.called}, ${limit.is_least ? "at least" : "at most"}, in ${limit.unit}`, ...most}),
  ` ${limit.unit}`);
  return made;
}

function setFields(screen, {asked, device}) {
  for (const limit of screen.limits) {
    const field = byId(limit.name), bound = asked[limit.name];
    if (document.activeElement !== field) field.value = bound === undefined ? "" : inUnit(limit, bound, 12);
  }
  byId("device").value = device;
}

// Under the fields: why one was refused, or what was meant by 0.7 per cent.
function ask(field, words, choices = []) {
  const box = byId("asked");
  box.hidden = !words;
  field.setAttribute("aria-invalid", String(Boolean(words)));
  box.replaceChildren(words, ...choices.flatMap(([label, take]) => {
    const button = element("button", label, {type: "button"});
    button.addEventListener("click", () => { ask(field, ""); take(); });
    return [" ", button];
  }));
}

function takeField(limit, field, set) {
  const shown = field.value === "" ? NaN : Number(field.value);
  if (field.validity.badInput || shown < 0) ask(field, `${limit.called}: write a number from 0 on.`);
  else if (limit.unit === "%" && shown > 100) ask(field, `${limit.called}: ${field.value} % is more than all. Write 0 to 100.`);
  else if (limit.unit === "%" && shown > 0 && shown < 1) {
    const meant = Number((shown * 100).toPrecision(12));
    ask(field, `${field.value} %? You may mean ${meant} %.`, [
      [`${meant} %`, () => { field.value = String(meant); set(limit, meant); }],
      [`${field.value} % is right`, () => set(limit, shown)],
    ]);
  } else {
    ask(field, "");
    set(limit, shown);
  }
}

function startLimits(screen, changed) {
  let state = fromAddress(screen);
  const show = () => {
    setFields(screen, state);
    byId("yours").hidden = !Object.keys(screen.asked).length || isStudys(screen, state);
    changed(state);
  };
  const change = (next) => { state = next; toAddress(state); show(); };
  const set = (limit, shown) => {
    const {[limit.name]: _, ...others} = state.asked;
    change({...state, asked: Number.isFinite(shown) ? {...others, [limit.name]: boundOf(limit, shown)} : others});
  };
  byId("fields").replaceChildren(...screen.limits.map(fieldOf));
  byId("device").replaceChildren(...screen.devices.map((name) => element("option", name, {value: name})));
  for (const limit of screen.limits) {
    const field = byId(limit.name);
    field.addEventListener("input", () => takeField(limit, field, set));
  }
  byId("device").addEventListener("change", () => change({...state, device: byId("device").value}));
  byId("clear").addEventListener("click", () => change({...state, asked: {}}));
  byId("study").addEventListener("click", () => change({asked: {...screen.asked}, device: screen.device}));
  byId("all-points").addEventListener("change", show);
  window.addEventListener("hashchange", () => {
    if (window.location.hash.includes("=")) { state = fromAddress(screen); show(); }
  });
  show();
  return show;
}
