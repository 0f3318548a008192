// The wire log: every call between the program and the vendors, newest on top.
import { ask, careful, el, pretty } from "./dom.js";

const MOST = 300;

export function mountWire(box, bus) {
  const service = el("select", { "aria-label": "Service" }, ...["", "telegram", "slack", "stripe", "paypal", "razorpay", "phonepe", "receiver"].map((name) => el("option", { value: name }, name || "all services")));
  const words = el("input", { type: "search", placeholder: "Filter by text", "aria-label": "Filter by text" });
  const clear = el("button", { onclick: careful(() => ask("/ui/wire", undefined, "DELETE")) }, "Clear");
  const list = el("ol", { className: "wire" });
  let rows = [];
  let last = 0;

  const matches = (row) => (!service.value || row.service === service.value)
    && (!words.value || JSON.stringify(row).toLowerCase().includes(words.value.toLowerCase()));
  const draw = () => list.replaceChildren(...rows.filter(matches).map((row) => row.line));
  const refresh = async () => {
    const fresh = await ask(`/ui/wire?after=${last}`);
    if (fresh.length === 0 && (await ask("/ui/wire")).length === 0) rows = [];
    if (fresh.length) last = fresh.at(-1).number;
    rows = [...fresh.reverse().map((row) => ({ ...row, line: makeLine(row) })), ...rows].slice(0, MOST);
    draw();
  };
  service.onchange = draw;
  words.oninput = draw;
  bus.on("wire", careful(refresh));
  box.append(el("div", { className: "bar" }, service, words, clear), list);
}

function makeLine(row) {
  const bad = row.status === 0 || row.status >= 400;
  const summary = el("summary", {},
    el("time", {}, row.at.slice(11, 19)),
    el("span", { className: "way", title: row.direction === "in" ? "the program calls" : "the program is called" }, row.direction === "in" ? "→" : "←"),
    el("span", { className: `service ${row.service}` }, row.service),
    el("span", { className: "method" }, row.method),
    row.note ? el("span", { className: "note" }, row.note.replaceAll("_", " ")) : null,
    el("span", { className: bad ? "status bad" : "status" }, row.status ? String(row.status) : "no answer"),
    el("span", { className: "ms" }, `${row.milliseconds} ms`));
  const line = el("details", {}, summary);
  // The bodies are drawn when somebody looks: hundreds of closed rows stay cheap.
  line.ontoggle = () => line.open && line.childElementCount === 1 && line.append(
    el("div", { className: "bodies" }, body("Request", row.request), body("Response", row.response)));
  return el("li", {}, line);
}

function body(title, text) {
  return el("div", {}, el("h4", {}, title), el("pre", { tabIndex: 0 }, pretty(text) || "(empty)"));
}
