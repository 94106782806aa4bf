// The page's words in its languages. `t(key)` is a sentence, `say(group, word)` one of the system's own words.

import en from "./texts-en.js";
import zh from "./texts-zh.js";

const TEXTS = { en, zh };

export const language = document.documentElement.lang in TEXTS ? document.documentElement.lang : "en";

/** The text of `key`, with {name} replaced by values.name. */
export function t(key, values = {}) {
  const text = TEXTS[language][key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** How people say a word such as the state "wrap_up"; unknown words are shown as they are. */
export function say(group, word) {
  if (!word) return "";
  return TEXTS[language][`${group}.${word}`] ?? en[`${group}.${word}`] ?? word.replaceAll("_", " ");
}

/** The name of a field of an event or a change. */
export const fieldName = (name) => (name in en ? t(name) : say("field", name));
