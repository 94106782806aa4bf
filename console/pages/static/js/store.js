// What the page knows, and who wants to be told when it changes.

import { get } from "./api.js";
import { setClock } from "./format.js";

export const state = {
  me: null, // name, role, agent, rights
  site: null, // name, queues, agents, break reasons, ticket states
  overview: null, // who waits, who works, which calls go on; null while no switch answers
  queues: [], // figures of each queue, as /queues gives them
  midnight: 0, // when today began at the site, Unix seconds
  link: "lost",
};

const listeners = new Set();

export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tell everybody that `what` changed; `event` is the journal's, when one brought it about. */
export function changed(what, event = null) {
  for (const listener of listeners) listener(what, event);
}

export const may = (right) => state.me.rights.includes(right);

// Events after which figures are not what they were.
const COUNTED = /^(Queue|Callback|Ticket|CallEnded|AgentConnected)/;

export function take(message) {
  if (message.type === "snapshot" || message.type === "overview") {
    state.overview = message.overview;
    if (message.overview) setClock(message.overview.at);
    changed("overview");
    if (message.type === "snapshot") refreshQueues();
  } else if (message.type === "event") {
    changed("event", message.event);
    if (COUNTED.test(message.event.event)) refreshSoon();
  }
}

let refreshing = null;

function refreshSoon() {
  refreshing ??= setTimeout(refreshQueues, 400);
}

export async function refreshQueues() {
  clearTimeout(refreshing);
  refreshing = null;
  try {
    const { items, midnight } = await get("/queues");
    state.queues = items;
    state.midnight = midnight;
    changed("queues");
  } catch (error) {
    console.warn("no queues:", error.message);
  }
}
