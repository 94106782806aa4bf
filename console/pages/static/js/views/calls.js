// Calls: the list on the left with what can be asked of it, the one that was picked on the right.

import { get } from "../api.js";
import { el, show } from "../dom.js";
import { milliseconds, moment } from "../format.js";
import { badge, choice, head, view } from "../parts.js";
import { listen, may, state } from "../store.js";
import { say, t } from "../texts.js";
import { since } from "../periods.js";
import { callPane } from "./call.js";

const PERIODS = ["today", "yesterday", "last_7", "last_30", "all"];

export function callsView(root, { path, query, go }) {
  const picked = path[0] ?? "";
  const rows = el("tbody");
  const empty = el("p.empty", { hidden: true }, t("nothing"));
  const more = el("button", { type: "button", hidden: true, onclick: () => load(true) }, t("more"));
  const pane = el("div.pane");
  const filter = (name, value) => go(view(picked ? `calls/${picked}` : "calls", { ...query, [name]: value }));
  let shown = [];
  let next = null;

  const search = el("input", { type: "search", "aria-label": t("number"), placeholder: t("number"), value: query.number ?? "", inputMode: "tel" });
  const filters = el("form.row.filters", { role: "search", onsubmit: (event) => { event.preventDefault(); filter("number", search.value); } },
    choice(t("began"), PERIODS.map((word) => [word, t(word)]), query.period ?? "today", (value) => filter("period", value)),
    choice(t("queue"), [["", t("any_queue")], ...state.site.queues.map((queue) => [queue.name, queue.name])], query.queue ?? "", (value) => filter("queue", value)),
    choice(t("agent"), [["", t("any_agent")], ...state.site.agents.map((agent) => [agent.number, agent.name])], query.agent ?? "", (value) => filter("agent", value)),
    choice(t("result"), [["", t("any_result")], ...Object.keys(state.site.call_outcomes).map((word) => [word, say("outcome", word)])], query.outcome ?? "", (value) => filter("outcome", value)),
    may("see_private") ? search : []);

  const { figure } = query;
  if (figure) {
    // What lies behind a figure was found already: only its time can be changed.
    const [by, ...rest] = figure.split("/");
    const name = rest.pop();
    const label = t("behind", { figure: say("figure", name), of: `${t(by === "agents" ? "agent" : "queue")} ${rest.join("/")}` });
    filters.prepend(el("span.chip", {}, label, el("button.quiet", { type: "button", "aria-label": t("close"), onclick: () => filter("figure", "") }, "✕")));
  }

  root.append(el(picked ? "div.split.picked" : "div.split", {},
    el("section.card.panel.list", { "aria-label": t("calls") }, el("h2", {}, t("calls")), filters,
      el("div.scroll", {}, el("table", {}, head(t("began"), t("caller"), t("queue"), t("agent"), t("result"), [t("wait")], [t("talk")]), rows)), empty, more),
    pane));

  async function load(further = false) {
    const { period = "today", ...rest } = query;
    const asked = { ...rest, ...since(period), limit: further ? 50 : Math.min(200, Math.max(50, shown.length)), cursor: further ? next : null };
    const page = await get("/calls", asked);
    shown = further ? [...shown, ...page.items] : page.items;
    next = page.next;
    show(rows, shown, (call) => call.call, (call) => row(call, query, picked));
    empty.hidden = shown.length > 0;
    more.hidden = !next;
  }

  const leave = picked ? callPane(pane, picked, () => go(view("calls", query))) : (pane.append(el("p.card.empty", {}, t("pick_call"))), () => {});
  const stop = listen((what, event) => {
    if (what === "event" && event.event === "CallEnded") load().catch(() => {});
  });
  return { ready: load(), leave: () => { stop(); leave(); } };
}

function row(call, query, picked) {
  const names = new Map(state.site.agents.map((agent) => [agent.number, agent.name]));
  return el("tr", { "aria-current": call.call === picked ? "true" : null },
    el("th.number", { scope: "row" }, el("a", { href: view(`calls/${call.call}`, query), "data-focus": call.call }, moment(call.started))),
    el("td.number", {}, call.customer_name ? `${call.customer_name} · ${call.number}` : call.number || call.caller || t("unknown"),
      el("div.soft", {}, say("direction", call.direction))),
    el("td", {}, call.queues.join(" → ") || "–"),
    el("td", {}, call.agents.map((agent) => names.get(agent) ?? agent).join(" → ") || "–"),
    el("td", {}, badge("outcome", call.outcome)),
    el("td.right.number", {}, milliseconds(call.wait_ms)),
    el("td.right.number", {}, milliseconds(call.talk_ms)));
}
