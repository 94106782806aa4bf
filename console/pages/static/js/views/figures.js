// Figures of queues and agents over a stretch of time; each leads to the calls behind it.

import { get } from "../api.js";
import { el, show } from "../dom.js";
import { duration, share } from "../format.js";
import { behind, choice, link, view } from "../parts.js";
import { since } from "../periods.js";
import { t, say } from "../texts.js";

const PERIODS = ["today", "yesterday", "last_7", "last_30"];
const RATES = /rate|level|occupancy|utilisation|containment|top_box/;
const TIMES = /_time$|_time_to_|^time_to_|^asa$|^aht|_hold$|longest_wait|average_/;

// What is not counted from calls, but from the states of agents or from phones that rang.
const NO_CALLS = /^(offers|surveys_offered|breaks|occupancy.*|utilisation|(online|staffed|available|offered|communicating|non_productive)_time)$/;

export function figuresView(root, { query, go }) {
  const by = query.by === "agents" ? "agents" : "queues";
  const period = query.period ?? "today";
  const table = el("table.figures");
  const empty = el("p.empty", { hidden: true }, t("nothing"));
  const filter = (name, value) => go(view("figures", { ...query, [name]: value }));

  root.append(el("section.card.panel", { "aria-label": t("figures") }, el("h2", {}, t("figures")),
    el("div.row.filters", {},
      choice(t("figures"), [["queues", t("by_queue")], ["agents", t("by_agent")]], by, (value) => filter("by", value)),
      choice(t("interval"), PERIODS.map((word) => [word, t(word)]), period, (value) => filter("period", value))),
    el("div.scroll", {}, table), empty, el("p.hint", {}, t("definitions"))));

  async function load() {
    const { items } = await get(`/reports/${by}`, since(period));
    empty.hidden = items.length > 0;
    if (!items.length) return;
    // Figures stand in rows and queues in columns: there are more figures than queues.
    const key = by === "agents" ? "agent" : "queue";
    const names = Object.keys(items[0].figures);
    table.replaceChildren(
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("figure")),
        items.map((item) => el("th.right", { scope: "col" }, link(view("calls", { [key]: item.name, period }), item.label || item.name))))),
      el("tbody"));
    show(table.tBodies[0], names, (name) => name, (name) => el("tr", {},
      el("th", { scope: "row", title: name }, say("figure", name)),
      items.map((item) => el("td.right.number", {}, figure(name, item, by, period)))));
  }

  return { ready: load(), leave: () => {} };
}

function figure(name, item, by, period) {
  const value = item.figures[name];
  if (value === null || value === undefined || value === 0) return value === 0 ? "0" : "–";
  if (typeof value === "object") {
    return Object.entries(value).map(([word, inner]) => `${say("reason", word)} ${shownAs(name === "breaks" ? "break_time" : name, inner)}`).join(", ") || "–";
  }
  const text = shownAs(name, value);
  return NO_CALLS.test(name) ? text : behind(by, item.name, name, { period }, text);
}

function shownAs(name, value) {
  if (RATES.test(name)) return share(value);
  if (TIMES.test(name)) return duration(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
