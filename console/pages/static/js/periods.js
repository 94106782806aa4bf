// The stretches of time that people ask for, as the API wants them: `from` and `until`, Unix seconds. A day is the site's.

import { state } from "./store.js";

const DAY = 86400;

export function since(period) {
  const today = state.midnight;
  switch (period) {
    case "today": return { from: today };
    case "yesterday": return { from: today - DAY, until: today };
    case "last_7": return { from: today - 6 * DAY };
    case "last_30": return { from: today - 29 * DAY };
    default: return {};
  }
}
