// One call: its stretches as a bar, figures, recordings, and every event in order.

import { get } from "../api.js";
import { el, show } from "../dom.js";
import { duration, milliseconds, wholeMoment } from "../format.js";
import { badge, factsLine, link, view } from "../parts.js";
import { player } from "../player.js";
import { listen, state } from "../store.js";
import { say, t } from "../texts.js";

export function callPane(root, id, close) {
  const body = el("div");
  root.append(el("article.card.panel", { "aria-label": t("call") },
    el("div.row.spread", {}, el("h1", {}, t("call")), el("button.quiet", { type: "button", onclick: close, "aria-label": t("close") }, "✕")), body));

  async function load() {
    const path = `/calls/${encodeURIComponent(id)}`;
    const [call, events] = await Promise.all([get(path), get(`${path}/events`)]);
    show(body, [{ call, events: events.items }], () => id, shown);
  }

  load().catch((error) => body.replaceChildren(el("p.notice", {}, t("load_failed", { why: error.message }))));
  return listen((what, event) => {
    if (what === "event" && event.call === id) load().catch(() => {});
  });
}

const part = (key, ...content) => el("section.part", { "aria-label": t(key) }, el("h3", {}, t(key)), ...content);

function shown({ call, events }) {
  const names = new Map(state.site.agents.map((agent) => [agent.number, agent.name]));
  const fact = (name, ...value) => el("div", {}, el("dt", {}, t(name)), el("dd", {}, ...value));
  const worst = Math.min(...call.legs.map((leg) => leg.quality.mos ?? Infinity));
  return el("div.stack", {},
    el("div.row", {}, badge("outcome", call.outcome), el("span.soft", {}, `${say("direction", call.direction)} · ${wholeMoment(call.started)}`)),
    el("dl.facts", {},
      fact("caller", el("span.number", {}, call.customer_name ? `${call.customer_name} · ${call.number}` : call.number || t("unknown"))),
      fact("called", el("span.number", {}, call.dialled)),
      call.original_called ? fact("diverted_from", el("span.number", {}, call.original_called)) : null,
      fact("length", el("span.number", {}, call.ended ? duration(call.ended - call.started) : "–")),
      fact("wait", el("span.number", {}, milliseconds(call.wait_ms))),
      fact("talk", el("span.number", {}, milliseconds(call.talk_ms))),
      fact("hold", el("span.number", {}, milliseconds(call.hold_ms))),
      fact("wrap_up", el("span.number", {}, milliseconds(call.wrap_up_ms))),
      fact("agent", call.agents.map((agent) => names.get(agent) ?? agent).join(" → ") || "–"),
      fact("ended_by", [say("party", call.ended_by), call.reason].filter(Boolean).join(" · ") || "–"),
      call.ticket ? fact("ticket", link(view(`tickets/${call.ticket}`), `#${call.ticket}`)) : null,
      Number.isFinite(worst) ? fact("quality", `MOS ${worst.toFixed(1)}`) : null),
    call.segments.length ? part("segments", segmentBar(call)) : null,
    call.audio.length ? part("recordings", el("ul.stack", {}, call.audio.map((one) => el("li", {}, player(one.url, t("recording")))))) : null,
    call.steps.length ? part("path", el("p", {}, call.steps.map((step) => step.step).join(" → "))) : null,
    part("events", el("ol.timeline", {}, events.map((event) => eventRow(event, call.started)))));
}

/** Each stretch as wide as it was long: flow, waiting, ringing, talk, hold. */
function segmentBar(call) {
  const bar = el("div.segments", { role: "img", "aria-label": call.segments.map((one) => `${say("segment", one.kind)} ${duration(one.end - one.start)}`).join(", ") });
  for (const one of call.segments) {
    const piece = el(`span.segment.${one.kind}`, { title: `${say("segment", one.kind)} ${duration(one.end - one.start)}` });
    piece.style.flexGrow = String(Math.max(one.end - one.start, 0.2));
    bar.append(piece);
  }
  const kinds = [...new Set(call.segments.map((one) => one.kind))];
  return el("div", {}, bar, el("ul.legend", {}, kinds.map((kind) => {
    const length = call.segments.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.end - one.start, 0);
    return el("li", {}, el(`span.segment.${kind}`, { "aria-hidden": "true" }), ` ${say("segment", kind)} `, el("span.soft.number", {}, duration(length)));
  })));
}

const LEFT_OUT = new Set(["at", "call", "leg", "other", "entry", "agent_leg", "sip_call_id", "quality", "history", "slots", "original_position", "text", "words"]);

function eventRow(event, began) {
  const facts = factsLine(event.event, LEFT_OUT);
  return el("li", {},
    el("time.soft.number", { datetime: new Date(event.at * 1000).toISOString(), title: `${wholeMoment(event.at)} · ${event.switch}` }, `+${duration(event.at - began)}`),
    el("div", {}, el("strong", {}, say("event", event.kind)), facts ? el("div.soft", {}, facts) : null));
}
