// Recordings that play, one at a time, and the words that were said in them.

import { el } from "./dom.js";
import { t } from "./texts.js";

// Below this a recogniser's word is shown as doubtful.
const SURE = 0.6;

/** A player; whatever else plays stops when it starts. */
export function player(url, label) {
  const audio = el("audio", { controls: true, preload: "metadata", src: url, "aria-label": label });
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
  });
  return audio;
}

/** Words of one recording: each plays from where it was said, and lights up while it is heard. */
export function spokenWords(words, text, audio) {
  if (!words.length) return el("p.said", {}, text);
  const line = el("p.said");
  const buttons = words.map((word, at) => {
    const doubtful = word.confidence !== null && word.confidence < SURE;
    const sure = word.confidence === null ? "" : t("sure", { n: `${Math.round(word.confidence * 100)}%` });
    const button = el(doubtful ? "button.word.doubt" : "button.word", { type: "button", title: sure, "aria-label": doubtful ? `${word.text}, ${sure}` : null }, word.text);
    button.disabled = !audio;
    if (audio) button.addEventListener("click", () => playFrom(audio, word.start));
    if (at && !joins(words[at - 1].text, word.text)) line.append(" ");
    line.append(button);
    return button;
  });
  audio?.addEventListener("timeupdate", () => light(audio, words, buttons));
  return line;
}

async function playFrom(audio, seconds) {
  if (audio.readyState === 0) {
    audio.load();
    await new Promise((resolve) => audio.addEventListener("loadedmetadata", resolve, { once: true }));
  }
  audio.currentTime = Math.max(0, seconds - 0.15);
  await audio.play().catch((error) => console.warn("cannot play:", error.message));
}

function light(audio, words, buttons) {
  const at = audio.currentTime;
  buttons.forEach((button, index) => {
    const heard = !audio.paused && at >= words[index].start && at < words[index].end;
    if (button.classList.contains("heard") !== heard) button.classList.toggle("heard", heard);
  });
}

const EAST_ASIAN = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]/;

/** Chinese is written without spaces; so is what follows as a mark of punctuation. */
function joins(before, after) {
  return (EAST_ASIAN.test(before.at(-1)) && EAST_ASIAN.test(after[0])) || /^[,.!?;:，。！？；：、]/.test(after);
}
