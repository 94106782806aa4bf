// The page: tabs, which view is shown, the live stream. Views are functions that fill an element.

import { get } from "./api.js";
import { el } from "./dom.js";
import { moment, tick } from "./format.js";
import { follow } from "./live.js";
import { view } from "./parts.js";
import { changed, listen, refreshQueues, state, take } from "./store.js";
import { say, t } from "./texts.js";
import { callbacksView } from "./views/callbacks.js";
import { callsView } from "./views/calls.js";
import { figuresView } from "./views/figures.js";
import { overviewView } from "./views/overview.js";
import { ticketsView } from "./views/tickets.js";

const VIEWS = { overview: overviewView, tickets: ticketsView, callbacks: callbacksView, calls: callsView, figures: figuresView };

const content = document.getElementById("content");
let leave = () => {};

/** `#/tickets/100023?state=open` as the view's name, what follows it, and what is asked of it. */
function where() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(decodeURIComponent);
  return { name: name in VIEWS ? name : "overview", path: rest.filter(Boolean), query: Object.fromEntries(new URLSearchParams(query)) };
}

const go = (address) => { location.hash = address; };

function open() {
  const { name, path, query } = where();
  leave();
  content.replaceChildren();
  const opened = VIEWS[name](content, { path, query, go });
  leave = typeof opened === "function" ? opened : opened.leave;
  opened.ready?.catch((error) => content.prepend(el("p.notice", {}, t("load_failed", { why: error.message }))));
  for (const tab of document.querySelectorAll("#tabs a")) {
    if (tab.dataset.view === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.title = `${t(name)} · ${state.site.name}`;
}

function showLink(word) {
  const link = document.getElementById("link");
  link.dataset.state = word;
  link.textContent = t(word);
  link.title = t(word);
  if (state.link === "lost" && word === "live") refreshQueues();
  state.link = word;
  changed("link");
}

/** What is wrong with the site, on every view. */
function showAlarms(what) {
  if (what !== "overview") return;
  const alarms = state.overview?.alarms ?? [];
  const place = document.getElementById("alarms");
  const lines = alarms.map((one) => `${say("alarm", one.alarm)}${one.subject ? ` (${one.subject})` : ""} · ${moment(one.raised_at)}`);
  if (place.dataset.shown === lines.join("\n")) return;
  place.dataset.shown = lines.join("\n");
  place.hidden = !lines.length;
  place.replaceChildren(...alarms.map((one, index) => el("p", { title: one.text }, lines[index])));
}

async function start() {
  [state.me, state.site] = await Promise.all([get("/me"), get("/site")]);
  state.midnight = state.site.midnight;
  document.getElementById("tabs").append(...Object.keys(VIEWS).map((name) => el("a", { href: view(name), "data-view": name }, t(name))));
  document.getElementById("who").textContent = `${state.me.name} · ${say("role", state.me.role)}`;
  // The language is the server's matter; the place where one is stays.
  document.getElementById("language").addEventListener("click", (event) => { event.currentTarget.hash = location.hash; });
  window.addEventListener("hashchange", open);
  listen(showAlarms);
  open();
  showLink("lost");
  follow(take, showLink);
  setInterval(tick, 1000);
  // Figures of today change at midnight too, when nothing happens.
  setInterval(refreshQueues, 60000);
}

start().catch((error) => content.replaceChildren(el("p.notice", {}, t("load_failed", { why: error.message }))));
