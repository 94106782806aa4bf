// The stretches of time that people ask for, as the API wants them: `from` and `until`, Unix seconds.

const DAY = 86400;

/** Midnight of today, in the browser's time zone. */
function midnight() {
  const date = new Date();
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 1000;
}

export function since(period) {
  const today = midnight();
  switch (period) {
    case "today": return { from: today };
    case "yesterday": return { from: today - DAY, until: today };
    case "last_7": return { from: today - 6 * DAY };
    case "last_30": return { from: today - 29 * DAY };
    default: return {};
  }
}
