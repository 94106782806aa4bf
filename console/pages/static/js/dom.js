// Making and changing elements. Data only ever becomes text or a property: nothing here parses HTML.

/** Make an element: `el("a.quiet", {href}, "text", child)`. Properties beginning with "on" are listeners. */
export function el(what, properties = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * Show `items` as children of `parent`, in their order. A child stays the same element as long as `facts` of its
 * item stay the same, so that focus, selection and sound that plays survive what changes around them.
 */
export function show(parent, items, keyOf, build, facts = (item) => item) {
  const old = new Map([...parent.children].map((child) => [child.shownKey, child]));
  const focused = parent.contains(document.activeElement) ? focusPath(parent) : null;
  const wanted = items.map((item) => {
    const key = String(keyOf(item));
    const signature = JSON.stringify(facts(item));
    const known = old.get(key);
    if (known && known.shownFacts === signature) return known;
    const node = build(item);
    node.shownKey = key;
    node.shownFacts = signature;
    if (!known && old.size) node.classList.add("arrives");
    return node;
  });
  const same = wanted.length === parent.children.length && wanted.every((node, at) => parent.children[at] === node);
  if (same) return;
  parent.replaceChildren(...wanted);
  if (focused) restoreFocus(parent, focused);
}

function focusPath(parent) {
  let row = document.activeElement;
  while (row.parentElement !== parent) row = row.parentElement;
  const name = document.activeElement.dataset.focus;
  return { key: row.shownKey, name, element: document.activeElement };
}

function restoreFocus(parent, { key, name, element }) {
  if (parent.contains(element)) {
    element.focus({ preventScroll: true });
    return;
  }
  const row = [...parent.children].find((child) => child.shownKey === key);
  const target = name && row && row.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  if (target) target.focus({ preventScroll: true });
}

/** A line of text that goes away by itself. */
export function toast(text, bad = false) {
  const node = el(bad ? "div.toast.bad" : "div.toast", {}, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), bad ? 8000 : 4000);
}
