// Times, durations, numbers and clocks, as people of the page's language read them.

import { language, t } from "./texts.js";

const clockTime = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const dayAndTime = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });

// What the server's clock is ahead of ours, in seconds: waits are counted by the server's.
let ahead = 0;

export function setClock(serverNow) {
  ahead = serverNow - Date.now() / 1000;
}

export const now = () => Date.now() / 1000 + ahead;

/** 1:05, 12:40, 3:00:07. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, at) => (at ? String(part).padStart(2, "0") : String(part))).join(":");
}

export const milliseconds = (value) => (value === null || value === undefined ? "–" : duration(value / 1000));

/** Two largest units: 2 d 3 h, 1 h 20 min, 40 s. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const units = [
    [Math.floor(whole / 86400), "days"],
    [Math.floor(whole / 3600) % 24, "hours"],
    [Math.floor(whole / 60) % 60, "minutes"],
    [whole % 60, "seconds"],
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return t("seconds", { n: 0 });
  return units.slice(first, first + (first < 2 ? 2 : 1)).filter(([count]) => count > 0)
    .map(([count, name]) => t(name, { n: count })).join(" ");
}

/** A time of day; with the date when it is not today. */
export function moment(unix) {
  if (!unix) return "–";
  const date = new Date(unix * 1000);
  const isToday = date.toDateString() === new Date().toDateString();
  return (isToday ? clockTime : dayAndTime).format(date);
}

export const wholeMoment = (unix) => exact.format(new Date(unix * 1000));
export const share = (value) => (value === null || value === undefined ? "–" : percent.format(value));

/** A time that runs: since when somebody waits, until when something is due. Filled and moved on by `tick`. */
export function clock(kind, unix, warningAt = 0) {
  const node = document.createElement("time");
  node.className = "number";
  node.dateTime = new Date(unix * 1000).toISOString();
  node.dataset.clock = kind;
  node.dataset.at = String(unix);
  if (warningAt) node.dataset.warningAt = String(warningAt);
  fill(node);
  return node;
}

function fill(node) {
  const away = Number(node.dataset.at) - now();
  let text;
  if (node.dataset.clock === "since") text = duration(-away);
  else text = away >= 0 ? t("left", { span: span(away) }) : t("overdue", { span: span(-away) });
  if (node.textContent !== text) node.textContent = text;
  if (node.dataset.clock === "until") {
    const state = away < 0 ? "late" : now() >= Number(node.dataset.warningAt ?? Infinity) ? "soon" : "fine";
    if (node.dataset.state !== state) node.dataset.state = state;
  }
}

export function tick() {
  for (const node of document.querySelectorAll("[data-clock]")) fill(node);
}
