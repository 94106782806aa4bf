// Callbacks: who is to be called, when, and what can be done about it.

import { get } from "../api.js";
import { el, show } from "../dom.js";
import { clock, moment } from "../format.js";
import { badge, choice, head, link, view } from "../parts.js";
import { listen, may, state } from "../store.js";
import { say, t } from "../texts.js";
import { callbackActions } from "../callback.js";

const STATES = ["waiting", "leased", "dialling", "closed"];

export function callbacksView(root, { query, go }) {
  const rows = el("tbody");
  const empty = el("p.empty", { hidden: true }, t("nothing"));
  const more = el("button", { type: "button", hidden: true, onclick: () => load(true) }, t("more"));
  const filter = (name, value) => go(view("callbacks", { ...query, [name]: value }));
  let shown = [];
  let next = null;

  root.append(el("section.card.panel", { "aria-label": t("callbacks") }, el("h2", {}, t("callbacks")),
    el("div.row.filters", {},
      choice(t("state"), [["", t("open_only")], ...STATES.map((word) => [word, say("callback", word)])], query.state ?? "", (value) => filter("state", value)),
      choice(t("queue"), [["", t("any_queue")], ...state.site.queues.map((queue) => [queue.name, queue.name])], query.queue ?? "", (value) => filter("queue", value))),
    el("div.scroll", {}, el("table", {}, head(t("ticket"), t("number"), t("queue"), t("why"), t("state"), t("due"), [t("attempt")], t("outcome"), t("place_since"), t("actions")), rows)),
    empty, more));

  async function load(further = false) {
    const page = await get("/callbacks", { ...query, limit: further ? 50 : Math.min(200, Math.max(50, shown.length)), cursor: further ? next : null });
    shown = further ? [...shown, ...page.items] : page.items;
    next = page.next;
    show(rows, shown, (callback) => callback.callback, row);
    empty.hidden = shown.length > 0;
    more.hidden = !next;
  }

  const leave = listen((what, event) => {
    if (what === "event" && /^(Callback|QueueEntered|QueueLeft)/.test(event.event)) load().catch(() => {});
  });
  return { ready: load(), leave };
}

function row(callback) {
  const open = callback.state !== "closed";
  return el("tr", {},
    el("th", { scope: "row" }, link(view(`tickets/${callback.ticket}`), `#${callback.ticket}`)),
    el("td.number", {}, callback.customer_name ? `${callback.customer_name} · ${callback.number}` : callback.number,
      callback.tier === "ordinary" ? null : badge("tier", callback.tier)),
    el("td", {}, callback.queue),
    el("td", {}, say("why", callback.why)),
    el("td", {}, badge("callback", callback.state), callback.lease_holder ? el("div.soft", {}, callback.lease_holder) : null,
      open ? null : el("div.soft", {}, say("end", callback.end))),
    el("td", {}, open && callback.due ? clock("until", callback.due) : moment(callback.closed_at)),
    el("td.right.number", {}, String(callback.attempt)),
    el("td", {}, say("outcome", callback.outcome) || "–"),
    el("td", {}, moment(callback.arrival)),
    el("td", {}, open && may("work") ? callbackActions(callback) : null));
}
