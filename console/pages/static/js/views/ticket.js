// One ticket: clocks, what the caller said with sound and words, callbacks, history, and what can be done.

import { get, patch, post } from "../api.js";
import { el, show } from "../dom.js";
import { clock, moment, wholeMoment } from "../format.js";
import { act, attempt, badge, choice, factsLine, link, view } from "../parts.js";
import { player, spokenWords } from "../player.js";
import { listen, may, state } from "../store.js";
import { say, t } from "../texts.js";
import { callbackActions } from "../callback.js";

export function ticketPane(root, number, close) {
  const top = el("div");
  const told = el("div.stack");
  const callbacks = el("ul.stack");
  const again = el("div.row");
  const history = el("ol.timeline");
  const noteForm = may("work") ? writeNote(number) : null;
  const article = el("article.card.panel.ticket", { "aria-label": `${t("ticket")} ${number}` },
    el("div.row.spread", {}, el("h1", {}, `#${number}`), el("button.quiet", { type: "button", onclick: close, "aria-label": t("close") }, "✕")),
    top, told, section("callbacks", el("div.stack", {}, callbacks, again)), section("history", history), noteForm);
  root.append(article);

  async function load() {
    const path = `/tickets/${encodeURIComponent(number)}`;
    const [ticket, transcript] = await Promise.all([get(path), may("see_private") ? get(`${path}/transcript`) : null]);
    const sound = { ...ticket, transcript };
    // Sound that plays and words under the pointer stay: each part is made anew only when it has changed.
    show(top, [ticket], () => "top", head, ({ history: _h, callbacks: _c, audio: _a, slots: _s, ...rest }) => rest);
    show(told, [sound], () => "told", words, ({ audio, slots, transcript: said }) => [audio, slots, said]);
    show(callbacks, ticket.callbacks, (one) => one.callback, callbackRow);
    if (!ticket.callbacks.length) callbacks.replaceChildren(el("li.soft", {}, t("no_callback")));
    const wanted = may("work") && ["open", "assigned", "waiting"].includes(ticket.state) && ticket.callbacks.every((one) => one.state === "closed");
    again.replaceChildren(...(wanted ? [act(t("request_callback"), () => post(`/tickets/${ticket.number}/callback`, {}))] : []));
    show(history, ticket.history, (entry) => `${entry.source}/${entry.seq}`, historyRow);
  }

  load().catch((error) => top.replaceChildren(el("p.notice", {}, t("load_failed", { why: error.message }))));
  return listen((what, event) => {
    const about = event && (event.ticket === number || event.callback?.startsWith(`${number}.`));
    if (what === "event" && about) load().catch(() => {});
  });
}

const section = (key, ...content) => el("section.part", { "aria-label": t(key) }, el("h3", {}, t(key)), ...content);

function head(ticket) {
  const change = (changes) => attempt(() => patch(`/tickets/${ticket.number}`, changes));
  const fact = (name, ...value) => el("div", {}, el("dt", {}, t(name)), el("dd", {}, ...value));
  const customer = [ticket.customer_name, ticket.customer].filter(Boolean).join(" · ");
  const agents = [["", t("nobody")], ...state.site.agents.map((agent) => [agent.number, `${agent.name} (${agent.number})`])];
  const states = [ticket.state, ...ticket.next_states].map((word) => [word, say("ticket", word)]);
  const working = may("work");
  return el("div.stack", {},
    el("div.row", {}, badge("ticket", ticket.state), ticket.tier === "ordinary" ? null : badge("tier", ticket.tier), el("span.soft", {}, `${say("kind", ticket.kind)} · ${moment(ticket.opened_at)}`),
      ticket.joined_into ? link(view(`tickets/${ticket.joined_into}`), t("joined_into", { ticket: `#${ticket.joined_into}` })) : null),
    el("p.ticket-title", {}, ticket.title || say("kind", ticket.kind)),
    ticket.summary && ticket.summary !== ticket.title ? el("p", {}, ticket.summary) : null,
    ticket.note ? el("p.soft", {}, ticket.note) : null,
    el("div.clocks", {}, slaClock("respond", ticket.respond_by, ticket.responded_at, ticket), slaClock("resolve", ticket.resolve_by, ticket.resolved_at, ticket)),
    el("dl.facts", {},
      fact("caller", el("span.number", {}, ticket.caller || t("unknown"))),
      ticket.callback_number && ticket.callback_number !== ticket.caller ? fact("number", el("span.number", {}, ticket.callback_number)) : null,
      customer ? fact("customer", customer) : null,
      fact("language_of", say("lang", ticket.language)),
      fact("queue", ticket.queue || "–"),
      fact("category", ticket.category || "–"),
      ticket.tags.length ? fact("tags", ticket.tags.join(", ")) : null,
      fact("call", link(view(`calls/${ticket.call}`), t("events"))),
      fact("state", working && ticket.next_states.length ? choice(t("state"), states, ticket.state, (value) => change({ state: value })) : say("ticket", ticket.state)),
      fact("owner", working ? choice(t("owner"), agents, ticket.owner, (value) => change({ owner: value })) : ticket.owner_name || ticket.owner || t("nobody")),
      fact("severity", working ? choice(t("severity"), ["1", "2", "3", "4"].map((n) => [n, n]), String(ticket.severity), (value) => change({ severity: Number(value) })) : String(ticket.severity)),
      fact("priority", String(ticket.priority))),
    working && state.me.agent && ticket.owner !== state.me.agent && ["open", "assigned"].includes(ticket.state)
      ? el("div", {}, act(t("take"), () => patch(`/tickets/${ticket.number}`, { owner: state.me.agent }), { main: true })) : null);
}

function slaClock(name, by, doneAt, ticket) {
  const key = name === "respond" ? "responded" : "resolved";
  const late = doneAt && by && doneAt > by;
  const value = doneAt ? el(`span.number${late ? ".late" : ""}`, { title: wholeMoment(doneAt) }, t(key, { when: moment(doneAt) }))
    : !by ? el("span.soft", {}, t("no_clock"))
      : ["open", "assigned"].includes(ticket.state) || name === "respond" ? clock("until", by, ticket[`${name}_warning_at`]) : el("span.soft", {}, moment(by));
  return el("div.clock", {}, el("span.soft", {}, t(name)), value, by ? el("span.soft.number", {}, moment(by)) : null);
}

function words(ticket) {
  const players = new Map(ticket.audio.map((audio) => [audio.index, player(audio.url, audio.slot ? say("slot", audio.slot) : t("conversation"))]));
  const parts = [];
  if (ticket.is_private) parts.push(el("p.soft", {}, t("hidden")));
  if (ticket.slots.length) {
    parts.push(section("what_told", el("dl.slots", {}, ticket.slots.map((slot) => el("div", {},
      el("dt", {}, say("slot", slot.name)),
      el("dd", {}, el("span", {}, slot.value || slot.text || "–"), " ", el("span.soft", {}, slot.confirmed ? `✓ ${t("confirmed")}` : t("unconfirmed"))))))));
  }
  const utterances = ticket.transcript?.utterances ?? [];
  const used = new Set(utterances.map((utterance) => utterance.audio));
  if (utterances.length) {
    const doubtful = utterances.some((utterance) => utterance.words.some((word) => word.confidence !== null && word.confidence < 0.6));
    parts.push(section("transcript", doubtful ? el("p.hint", {}, t("doubt")) : null,
      el("ol.utterances", {}, utterances.map((utterance) => utteranceRow(utterance, players.get(utterance.audio))))));
  }
  const rest = ticket.audio.filter((audio) => !used.has(audio.index));
  if (rest.length) {
    parts.push(section("recordings", el("ul.stack", {}, rest.map((audio) => el("li", {},
      el("div.soft", {}, audio.slot ? say("slot", audio.slot) : t("conversation")), players.get(audio.index))))));
  }
  return el("div.stack", {}, parts);
}

function utteranceRow(utterance, audio) {
  const said = utterance.kind === "keys" ? el("p.said", {}, t("pressed", { digits: utterance.text }))
    : utterance.text || utterance.words.length ? spokenWords(utterance.words, utterance.text, audio)
      : el("p.said.soft", {}, utterance.kind === "silence" ? t("silence") : t("no_words"));
  return el("li", {}, el("div.soft.asked", {}, say("asked", utterance.question)), said, audio ?? null);
}

function callbackRow(callback) {
  const open = callback.state !== "closed";
  return el("li.callback", {},
    el("div.row", {}, badge("callback", callback.state), el("span.number", {}, callback.number),
      open ? el("span", {}, `${t("due")}: `, callback.due ? clock("until", callback.due) : "–")
        : el("span.soft", {}, t("closed_as", { end: say("end", callback.end), who: callback.ended_by || "–" }))),
    el("div.soft", {}, [`${t("attempt")}: ${callback.attempt}`, callback.outcome && `${t("outcome")}: ${say("outcome", callback.outcome)}`,
      callback.lease_holder && t("held_by", { who: callback.lease_holder }), callback.note].filter(Boolean).join(" · ")),
    open && may("work") ? callbackActions(callback) : null);
}

function historyRow(entry) {
  const details = factsLine(entry.details, new Set(["call"]));
  return el("li", {},
    el("time.soft.number", { datetime: new Date(entry.at * 1000).toISOString(), title: wholeMoment(entry.at) }, moment(entry.at)),
    el("div", {}, el("strong", {}, say("what", entry.what)), entry.by ? el("span.soft", {}, ` ${t("by", { who: entry.by })}`) : null,
      details ? el("div.soft", {}, details) : null,
      entry.note ? el("p.note", {}, entry.note) : null));
}

function writeNote(number) {
  const text = el("textarea", { "aria-label": t("note"), placeholder: t("write_note"), required: true, maxLength: 4000 });
  const button = el("button.main", { type: "submit" }, t("add_note"));
  return el("form.part.stack", { onsubmit: async (event) => {
    event.preventDefault();
    if (await attempt(() => post(`/tickets/${number}/notes`, { note: text.value }), button)) text.value = "";
  } }, text, el("div", {}, button));
}
