"use strict";

const form = document.getElementById("answers");
const consent = document.getElementById("consent");
const listener = document.getElementById("listener");
const state = document.getElementById("state");
const buttons = [document.getElementById("json"), document.getElementById("csv")];
const clips = [...form.querySelectorAll("fieldset")];
const plays = new Map(clips.map((clip) => [clip.dataset.clip, 0]));
let isHandedOver = true;

function sheet() {
  return {
    pack: form.dataset.pack,
    form: Number(form.dataset.form),
    listener: listener.value.trim(),
    consent: consent.checked,
    answers: clips.map((clip) => ({
      clip: clip.dataset.clip,
      plays: plays.get(clip.dataset.clip),
      text: clip.querySelector("textarea").value.trim(),
    })),
  };
}

function asCsv(answered) {
  const quoted = (value) => `"${String(value).replaceAll('"', '""')}"`;
  const head = ["pack", "form", "listener", "consent", "clip", "plays", "text"];
  const rows = answered.answers.map((answer) => head.map((name) => quoted((name in answer ? answer : answered)[name])));
  return [head.map(quoted), ...rows].map((row) => row.join(",")).join("\r\n") + "\r\n";
}

function download(text, type, ending) {
  const link = document.createElement("a");
  const code = listener.value.trim().replaceAll(/[^\w-]/g, "_");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = `answers-${form.dataset.form}-${code}.${ending}`;
  link.click();
  isHandedOver = true;
}

function show() {
  const n = clips.filter((clip) => plays.get(clip.dataset.clip) > 0).length;
  const isReady = consent.checked && listener.value.trim() !== "" && n > 0;
  const missing = isReady ? "" : " To download, agree above, choose a code and play a clip.";
  state.textContent = `${n} of ${clips.length} clips played. Clips that were not played are not counted.${missing}`;
  for (const button of buttons) button.disabled = !isReady;
}

for (const clip of clips) {
  clip.querySelector("audio").addEventListener("play", () => {
    plays.set(clip.dataset.clip, plays.get(clip.dataset.clip) + 1);
    isHandedOver = false;
    show();
  });
}
document.addEventListener("input", () => { isHandedOver = false; show(); });
form.addEventListener("submit", (event) => event.preventDefault());
buttons[0].addEventListener("click", () => download(JSON.stringify(sheet(), null, 1), "application/json", "json"));
buttons[1].addEventListener("click", () => download(asCsv(sheet()), "text/csv", "csv"));
window.addEventListener("beforeunload", (event) => { if (!isHandedOver) event.preventDefault(); });
show();
