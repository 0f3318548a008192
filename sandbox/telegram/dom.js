// Small tools that every part of the Telegram pane uses: calling the sandbox, faces, telling the time.

import { h } from "/static/page/dom.js";

export { h };

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || `The sandbox answered ${response.status}`);
  return body;
}

/** What everybody sees on their screens now. */
export async function seeAll() {
  return answer(await fetch("/ui/telegram/state"));
}

/** Do something as a person. Throws with the reason when no client would allow it. */
export async function act(action, body) {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return answer(await fetch(`/ui/telegram/${action}`, init));
}

/** Send a file as a person. */
export async function upload(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return answer(await fetch("/ui/telegram/send_file", { method: "POST", body: form }));
}

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const days = new Intl.DateTimeFormat([], { weekday: "long", day: "numeric", month: "long" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export const timeOf = (seconds) => clock.format(new Date(seconds * 1000));

const midnight = (seconds) => new Date(seconds * 1000).setHours(0, 0, 0, 0);

/** "Today", "Yesterday", "Tomorrow", else the date, as seen from `now` (the sandbox's clock). */
export function dayOf(seconds, now) {
  const apart = Math.round((midnight(seconds) - midnight(now)) / 86_400_000);
  const word = Math.abs(apart) <= 1 ? relative.format(apart, "day") : days.format(new Date(seconds * 1000));
  return word[0].toUpperCase() + word.slice(1);
}

/** A round picture with the first letter of a name. */
export function avatar(name, number) {
  return h("span", { class: `tg-avatar tg-tint${Math.abs(number) % 6}`, "aria-hidden": "true" }, name.slice(0, 1));
}

/** Replace the children of `parent`, unless they were built from the same data before. */
export function refresh(parent, data, build) {
  const print = JSON.stringify(data);
  if (parent.dataset.print === print) return;
  parent.dataset.print = print;
  parent.replaceChildren(...[build(data)].flat().filter(Boolean));
}
