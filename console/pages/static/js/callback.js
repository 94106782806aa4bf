// What can be done with a callback: call at once, move it, cancel it.

import { post } from "./api.js";
import { el } from "./dom.js";
import { act, attempt } from "./parts.js";
import { t } from "./texts.js";

export function callbackActions(callback) {
  const path = `/callbacks/${encodeURIComponent(callback.callback)}`;
  const when = el("input", { type: "datetime-local", "aria-label": t("move_to"), required: true, value: local(callback.due || Date.now() / 1000 + 3600) });
  const mover = el("form.row", { hidden: true, onsubmit: async (event) => {
    event.preventDefault();
    mover.hidden = await attempt(() => post(`${path}/reschedule`, { at: new Date(when.value).getTime() / 1000 }));
  } }, when, el("button.small.main", { type: "submit" }, t("save")));
  const who = callback.callback;
  return el("div.stack", {},
    el("div.row", {},
      act(t("call_now"), () => post(`${path}/now`), { name: `now ${who}` }),
      act(t("move"), async () => { mover.hidden = !mover.hidden; if (!mover.hidden) when.focus(); }, { name: `move ${who}` }),
      act(t("cancel"), async () => { if (window.confirm(t("sure_cancel"))) await post(`${path}/cancel`); }, { name: `cancel ${who}` })),
    mover);
}

/** Unix seconds as `datetime-local` wants them: the browser's own time, without a zone. */
function local(unix) {
  const date = new Date(unix * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
