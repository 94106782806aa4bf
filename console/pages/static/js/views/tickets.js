// Tickets: the list on the left, the one that was picked on the right.

import { get } from "../api.js";
import { el, show } from "../dom.js";
import { clock, moment } from "../format.js";
import { badge, choice, head, view } from "../parts.js";
import { listen, may, state } from "../store.js";
import { say, t } from "../texts.js";
import { ticketPane } from "./ticket.js";

const PAGE = 50;

export function ticketsView(root, { path, query, go }) {
  const picked = path[0] ?? "";
  const rows = el("tbody");
  const empty = el("p.empty", { hidden: true }, t("nothing"));
  const more = el("button", { type: "button", hidden: true, onclick: () => load(true) }, t("more"));
  const pane = el("div.pane");
  const isStill = { shown: [], next: null };

  const filters = el("form.row.filters", { role: "search", onsubmit: (event) => { event.preventDefault(); filter("search", search.value); } },
    choice(t("state"), [["", t("open_only")], ["any", t("any_state")], ...state.site.ticket_states.map((word) => [word, say("ticket", word)])],
      query.state ?? "", (value) => filter("state", value)),
    choice(t("queue"), [["", t("any_queue")], ...state.site.queues.map((queue) => [queue.name, queue.name])], query.queue ?? "", (value) => filter("queue", value)));
  const search = el("input", { type: "search", "aria-label": t("search"), placeholder: t("search"), value: query.search ?? "" });
  if (may("see_private")) filters.append(search);

  root.append(el(picked ? "div.split.picked" : "div.split", {},
    el("section.card.panel.list", { "aria-label": t("tickets") }, el("h2", {}, t("tickets")), filters,
      el("div.scroll", {}, el("table", {}, head(t("ticket"), t("summary"), t("customer"), t("state"), t("clocks")), rows)), empty, more),
    pane));

  function filter(name, value) {
    go(view(picked ? `tickets/${picked}` : "tickets", { ...query, [name]: value }));
  }

  async function load(further = false) {
    const { state: wanted = "", ...rest } = query;
    const states = wanted === "" ? { open: true } : wanted === "any" ? {} : { state: wanted };
    const cursor = further ? isStill.next : null;
    const limit = further ? PAGE : Math.max(PAGE, isStill.shown.length);
    const page = await get("/tickets", { ...rest, ...states, limit: Math.min(limit, 200), cursor });
    isStill.shown = further ? [...isStill.shown, ...page.items] : page.items;
    isStill.next = page.next;
    show(rows, isStill.shown, (ticket) => ticket.number, (ticket) => row(ticket, query, picked));
    empty.hidden = isStill.shown.length > 0;
    more.hidden = !page.next;
  }

  const leave = picked ? ticketPane(pane, picked, () => go(view("tickets", query))) : (pane.append(el("p.card.empty", {}, t("pick_ticket"))), () => {});
  const stop = listen((what, event) => {
    if (what === "event" && /^(Ticket|Callback)/.test(event.event)) load().catch(() => {});
  });
  return { ready: load(), leave: () => { stop(); leave(); } };
}

function row(ticket, query, picked) {
  const next = ticket.responded_at ? ticket.resolve_by : ticket.respond_by;
  const warningAt = ticket.responded_at ? ticket.resolve_warning_at : ticket.respond_warning_at;
  const runs = next && ["open", "assigned"].includes(ticket.state);
  return el("tr", { "aria-current": ticket.number === picked ? "true" : null },
    el("th", { scope: "row" }, el("a", { href: view(`tickets/${ticket.number}`, query), "data-focus": ticket.number }, `#${ticket.number}`),
      el("div.soft", {}, moment(ticket.opened_at))),
    el("td.words", {}, el("div", {}, ticket.title || ticket.summary || say("kind", ticket.kind)),
      el("div.soft", {}, [ticket.category, ticket.queue].filter(Boolean).join(" · "))),
    el("td", {}, el("div", {}, ticket.customer_name || ticket.caller || t("unknown")),
      ticket.tier === "ordinary" ? null : badge("tier", ticket.tier)),
    el("td", {}, badge("ticket", ticket.state), ticket.owner ? el("div.soft", {}, ticket.owner_name || ticket.owner) : null,
      ticket.callback && ticket.callback.state !== "closed" ? el("div.soft", {}, `${t("callback")}: ${say("callback", ticket.callback.state)}`) : null),
    el("td", {}, runs ? clock("until", next, warningAt) : el("span.soft", {}, "–")));
}
