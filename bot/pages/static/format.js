// Times and sizes as people read them.

export function clock(iso, { zone, language }) {
  return moment(iso, { zone, language }, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function fullTime(iso, { zone, language }) {
  const shape = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" };
  return moment(iso, { zone, language }, shape);
}

function moment(iso, { zone, language }, shape) {
  const zoned = zone ? { ...shape, timeZone: zone } : shape;
  try {
    return new Intl.DateTimeFormat(language || undefined, zoned).format(new Date(iso));
  } catch { // a zone or language this browser does not know
    return new Intl.DateTimeFormat(undefined, shape).format(new Date(iso));
  }
}

export function size(bytes) {
  if (!bytes) return "";
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
