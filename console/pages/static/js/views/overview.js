// The overview: queues and who waits in them, agents and what they do, calls that go on.

import { get, post } from "../api.js";
import { el, show } from "../dom.js";
import { clock, duration, share } from "../format.js";
import { act, badge, behind, card, head, link, view } from "../parts.js";
import { listen, may, state } from "../store.js";
import { say, t } from "../texts.js";
import { stateButtons } from "../agent.js";

// Of the definitions, the one for which there is room, and below what it is shown as bad.
const SERVICE_LEVEL = "service_level_genesys_without_short";
const GOOD = 0.8;

export function overviewView(root) {
  const notice = el("p.notice", { hidden: true }, t("no_switch"));
  const tiles = el("ul.tiles");
  const queues = el("tbody");
  const waiting = el("tbody");
  const nobody = el("p.empty", {}, t("nobody_waits"));
  const agents = el("ul.agents");
  const calls = el("tbody");
  const quiet = el("p.empty", {}, t("no_calls"));
  let openTickets = null;

  root.append(
    notice,
    tiles,
    el("div.overview", {},
      el("div.stack", {},
        card(t("queues"), el("div.scroll", {}, el("table", {}, head(t("queue"), [t("waiting")], [t("longest_wait")], [t("service_level")],
          [t("offered")], [t("handled")], [t("abandoned")], [t("asa")], [t("callbacks_due")]), queues))),
        card(t("waiting_now"), el("div.scroll", {}, el("table", {}, head([t("position")], t("queue"), t("caller"), t("wants"), t("tier"), [t("waits_since")]), waiting)), nobody),
        card(t("calls_now"), el("div.scroll", {}, el("table", {}, head(t("caller"), t("called"), t("queue"), t("agent"), [t("length")], ""), calls)), quiet)),
      card(t("agents"), agents)));

  function draw(what) {
    const overview = state.overview;
    notice.hidden = overview !== null;
    drawTiles(tiles, openTickets);
    show(queues, state.queues, (queue) => queue.name, queueRow);
    const entries = overview ? overview.queues.flatMap((queue) => queue.waiting) : [];
    show(waiting, entries, (entry) => entry.entry, waitingRow);
    nobody.hidden = entries.length > 0;
    if (what !== "queues") {
      show(agents, overview ? overview.agents : [], (agent) => agent.number, agentRow);
      show(calls, overview ? overview.calls : [], (call) => call.call, callRow);
      quiet.hidden = Boolean(overview && overview.calls.length);
    }
  }

  async function countTickets() {
    openTickets = (await get("/tickets", { open: true, limit: 1 })).total;
    drawTiles(tiles, openTickets);
  }

  draw();
  countTickets().catch(() => {});
  return listen((what, event) => {
    if (what === "overview" || what === "queues") draw(what);
    if (what === "event" && event.event.startsWith("Ticket")) countTickets().catch(() => {});
  });
}

function drawTiles(tiles, openTickets) {
  const { overview, queues } = state;
  const entries = overview ? overview.queues.flatMap((queue) => queue.waiting) : [];
  const live = entries.filter((entry) => entry.kind === "live");
  const first = Math.min(...live.map((entry) => entry.entered_at));
  const agents = overview ? overview.agents : [];
  const level = together(queues);
  const seconds = [...new Set(queues.map((queue) => queue.service_level_s))];
  const items = [
    { key: "waiting", value: overview ? String(live.length) : "–", href: view("overview"), bad: live.length > 0 && !agents.some((agent) => agent.state === "available") },
    { key: "longest_wait", since: live.length ? first : null, value: duration(0), href: view("overview") },
    { key: "service_level", value: share(level), note: seconds.length === 1 ? t("within", { n: seconds[0] }) : "", href: view("figures"), bad: level !== null && level < GOOD },
    { key: "free_agents", value: overview ? String(agents.filter((agent) => agent.state === "available").length) : "–", note: t("of_logged_in", { n: agents.filter((agent) => agent.state !== "offline").length }), href: view("figures", { by: "agents" }) },
    { key: "callbacks_due", value: String(queues.reduce((sum, queue) => sum + queue.callbacks_due, 0)), href: view("callbacks") },
    { key: "open_tickets", value: openTickets === null ? "–" : String(openTickets), href: view("tickets") },
  ];
  show(tiles, items, (item) => item.key, (item) => el("li", {}, el(item.bad ? "a.card.tile.bad" : "a.card.tile", { href: item.href, "data-focus": item.key },
    el("span.tile-name", {}, t(item.key)),
    el("strong.number", {}, item.since ? clock("since", item.since) : item.value),
    el("span.soft", {}, item.note ?? ""))));
}

/** The service level of all queues: each as heavy as the calls that count in it. */
function together(queues) {
  let good = 0;
  let counted = 0;
  for (const { today } of queues) {
    const weight = (today.handled ?? 0) + (today.abandoned ?? 0) - (today.short_abandoned ?? 0);
    good += (today[SERVICE_LEVEL] ?? 0) * weight;
    counted += weight;
  }
  return counted ? good / counted : null;
}

function queueRow(queue) {
  const { today } = queue;
  const level = today[SERVICE_LEVEL] ?? null;
  const cell = (figure, text) => el("td.right.number", {}, behind("queues", queue.name, figure, { period: "today" }, text ?? "–"));
  return el("tr", {},
    el("th", { scope: "row" }, link(view("calls", { queue: queue.name, period: "today" }), queue.name)),
    el("td.right.number", {}, queue.waiting === null ? "–" : String(queue.waiting)),
    el("td.right.number", {}, queue.oldest_since ? clock("since", queue.oldest_since) : "–"),
    el(`td.right.number${level !== null && level < GOOD ? ".bad" : ""}`, { title: t("within", { n: queue.service_level_s }) },
      behind("queues", queue.name, SERVICE_LEVEL, { period: "today" }, share(level))),
    cell("offered", today.offered ?? 0),
    cell("handled", today.handled ?? 0),
    cell("abandoned", today.abandoned ?? 0),
    cell("asa", duration(today.asa)),
    el("td.right.number", {}, link(view("callbacks", { queue: queue.name }), String(queue.callbacks_due))));
}

function waitingRow(entry) {
  return el("tr", {},
    el("td.right.number", {}, String(entry.position)),
    el("td", {}, entry.queue),
    el("td.number", {}, entry.name ? `${entry.name} · ${entry.number}` : entry.number || t("unknown")),
    el("td", {}, entry.callback ? link(view("callbacks", { queue: entry.queue }), say("kind", entry.kind)) : say("kind", entry.kind)),
    el("td", {}, entry.tier === "ordinary" ? say("tier", entry.tier) : badge("tier", entry.tier)),
    el("td.right.number", {}, clock("since", entry.kind === "live" ? entry.entered_at : entry.arrival)));
}

function agentRow(agent) {
  const reason = [agent.reason && say("reason", agent.reason), agent.why].filter(Boolean).join(" · ");
  return el("li.agent", { "data-state": agent.state },
    el("div.agent-name", {}, link(view("calls", { agent: agent.number, period: "today" }), agent.name || agent.number),
      el("span.soft.number", {}, agent.number)),
    el("div.agent-state", {}, badge("state", agent.state), agent.since ? clock("since", agent.since) : ""),
    el("p.soft.agent-why", {}, reason),
    stateButtons(agent));
}

function callRow(call) {
  const agents = state.overview.agents.filter((agent) => call.agents.includes(agent.number));
  return el("tr", {},
    el("td.number", {}, call.caller || t("unknown")),
    el("td.number", {}, call.called),
    el("td", {}, call.queue),
    el("td", {}, agents.map((agent) => agent.name || agent.number).join(", ")),
    el("td.right.number", {}, clock("since", call.since)),
    el("td.right", {}, may("hang_up") && act(t("hang_up"), async () => {
      if (window.confirm(t("sure_hang_up"))) await post(`/calls/${encodeURIComponent(call.call)}/hang-up`);
    }, { label: `${t("hang_up")}: ${call.caller || t("unknown")}` })));
}
