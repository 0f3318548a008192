// Small tools that every part of the Slack pane uses: calling the sandbox, faces.

import { h } from "/static/page/dom.js";

export { h };

/** What `user` has before their eyes. */
export async function see(user) {
  const response = await fetch(`/ui/slack/state?user=${encodeURIComponent(user)}`);
  if (!response.ok) throw new Error(`The sandbox answered ${response.status}`);
  return response.json();
}

/** Do something as a person; gives `{ok, error, ...}`. */
export async function act(name, body) {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return answer(await fetch(`/ui/slack/act/${name}`, init));
}

/** Send a file as a person. */
export async function upload(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return answer(await fetch("/ui/slack/upload", { method: "POST", body: form }));
}

/** Add the app to a workspace, or take it away; `access:in` and `access:out` are an organisation's. */
export async function manage(what, team) {
  const [act, way] = what.split(":");
  const query = way ? `?granted=${way === "in"}` : "";
  return answer(await fetch(`/ui/slack/${act}/${team}${query}`, { method: "POST" }));
}

async function answer(response) {
  return response.json().catch(() => ({ ok: false, error: `The sandbox answered ${response.status}` }));
}

/** A picture with somebody's first letter. */
export function avatar(author) {
  const tint = [...author.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  const kind = author.role === "bot" ? "sl-tint-app" : `sl-tint${tint}`;
  return h("span", { class: `sl-avatar ${kind}`, "aria-hidden": "true" }, author.icon || author.name.slice(0, 1));
}

/** Replace the children of `parent`, unless they were built from the same data before. */
export function refresh(parent, data, build) {
  const print = JSON.stringify(data);
  if (parent.dataset.print === print) return;
  parent.dataset.print = print;
  parent.replaceChildren(...[build(data)].flat().filter(Boolean));
}
