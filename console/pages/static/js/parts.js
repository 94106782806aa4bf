// Small pieces that several views are made of.

import { ApiError } from "./api.js";
import { el, toast } from "./dom.js";
import { duration, moment } from "./format.js";
import { fieldName, say, t } from "./texts.js";

/** A word with the colour of its state; the word itself says it too. */
export const badge = (group, word) => el(`span.badge.${word || "none"}`, {}, say(group, word) || "–");

export const link = (href, ...content) => el("a", { href }, ...content);

/** The address of a view with what it is to show: `view("calls", {queue: "support"})`. */
export function view(name, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return `#/${name}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
}

/** A figure that leads to the calls behind it: `by` is "queues" or "agents", `of` whose it is. */
export const behind = (by, of, figure, query, text) => link(view("calls", { ...query, figure: `${by}/${of}/${figure}` }), String(text));

export const card = (title, ...content) => el("section.card.panel", { "aria-label": title }, el("h2", {}, title), ...content);

/** A table head of texts; entries `[text, "number"]` stand to the right. */
export function head(...names) {
  const cells = names.map((name) => (Array.isArray(name)
    ? el("th.right", { scope: "col" }, name[0]) : el("th", { scope: "col" }, name)));
  return el("thead", {}, el("tr", {}, cells));
}

/** Do something that changes the world, and say how it went. */
export async function attempt(action, button = null) {
  if (button) button.disabled = true;
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(t("failed", { why: error.message }), true);
    return false;
  } finally {
    if (button) button.disabled = false;
  }
}

/** A button that does something; `name` lets focus find it again after a change. */
export function act(text, action, { name = text, main = false, label = null } = {}) {
  const button = el(main ? "button.small.main" : "button.small", { type: "button", "data-focus": name, "aria-label": label }, text);
  button.addEventListener("click", () => attempt(action, button));
  return button;
}

export function choice(label, options, chosen, change) {
  const select = el("select", { "aria-label": label, onchange: () => change(select.value) },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
  return select;
}

const TIMES = new Set(["due", "next_at", "not_before", "not_after", "expires", "respond_by", "resolve_by", "arrival", "entered_at", "since"]);
const WORDS = { state: "ticket", was: "state", tier: "tier", kind: "kind", outcome: "outcome", end: "end", why: "left", language: "lang" };

/** What an event or a change says, in one line: "owner: 1002 · severity: 1". */
export function factsLine(facts, leaveOut = new Set()) {
  const entries = Object.entries(facts).flatMap(([name, value]) => (name === "changes" ? Object.entries(value) : [[name, value]]));
  return entries
    .filter(([name, value]) => !leaveOut.has(name) && value !== "" && value !== null && value !== undefined && value !== 0 && value !== false && !isEmpty(value))
    .map(([name, value]) => `${fieldName(name.replace(/_ms$/, ""))}: ${factText(name, value)}`)
    .join(" · ");
}

const isEmpty = (value) => typeof value === "object" && Object.keys(value).length === 0;

function factText(name, value) {
  if (TIMES.has(name) && typeof value === "number") return moment(value);
  if (name.endsWith("_ms")) return duration(value / 1000);
  if (typeof value === "object") return Array.isArray(value) && value.every((one) => typeof one !== "object") ? value.join(", ") : JSON.stringify(value);
  return WORDS[name] ? say(WORDS[name], String(value)) : String(value);
}
