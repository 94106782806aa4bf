// What can be done to an agent's state.

import { post } from "./api.js";
import { el } from "./dom.js";
import { act } from "./parts.js";
import { may, state } from "./store.js";
import { say, t } from "./texts.js";

// Which actions make sense in which state; the switch has the last word.
const ACTIONS = {
  offline: ["log_in"],
  available: ["break", "log_out"],
  wrap_up: ["ready", "break", "log_out"],
  break: ["ready", "log_out"],
  reserved: ["break"],
  ringing: ["break"],
  on_call: ["break", "log_out"],
};

/** The buttons of one agent; none for those who may not press them. */
export function stateButtons(agent) {
  const own = state.me.agent === agent.number;
  if (!may("all_states") && !(own && may("own_state"))) return null;
  const who = agent.name || agent.number;
  const buttons = (ACTIONS[agent.state] ?? []).map((action) => (action === "break" ? breakMenu(agent, who)
    : act(t(action), () => send(agent, action), { name: action, main: action === "ready", label: `${t(action)}: ${who}` })));
  return el("div.row.agent-actions", {}, buttons);
}

function breakMenu(agent, who) {
  const select = el("select.small", { "aria-label": `${t("break_reason")}: ${who}`, "data-focus": "break" },
    el("option", { value: "" }, `${t("break")} …`),
    state.site.break_reasons.map((reason) => el("option", { value: reason }, say("reason", reason))));
  select.addEventListener("change", async () => {
    const reason = select.value;
    select.value = "";
    if (reason) await send(agent, "break", reason).catch(() => {});
  });
  return select;
}

function send(agent, action, reason = "") {
  return post(`/agents/${encodeURIComponent(agent.number)}/${action.replace("_", "-")}`, { reason });
}
