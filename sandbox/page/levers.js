// Clock, faults, and the team's own system.
import { ask, careful, el, pretty } from "./dom.js";

const JUMPS = [["+10 min", 600], ["+1 hour", 3600], ["+1 day", 86400]];

function spelled(seconds) {
  const sign = seconds < 0 ? "-" : "+";
  const all = Math.round(Math.abs(seconds) / 60);
  const parts = [[Math.floor(all / 1440), "d"], [Math.floor(all / 60) % 24, "h"], [all % 60, "min"]];
  return sign + (parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ") || "0 min");
}

export function mountClock(box, bus) {
  const [now, shifted] = [document.getElementById("now"), document.getElementById("shifted")];
  const big = el("p", { className: "big" });
  let ahead = 0;
  const show = () => {
    const moment = new Date(Date.now() + ahead);
    now.dateTime = moment.toISOString();
    const [day, hour] = moment.toISOString().slice(0, 19).split("T");
    now.replaceChildren(el("span", { className: "day" }, `${day} `), `${hour} UTC`);
    big.textContent = now.textContent;
  };
  const read = (clock) => {
    ahead = new Date(clock.now) - Date.now();
    shifted.hidden = Math.abs(clock.offset_seconds) < 1;
    shifted.textContent = spelled(clock.offset_seconds);
    show();
  };
  const jump = (to) => careful(async () => read(await ask("/ui/clock", to)));
  const moment = el("input", { type: "datetime-local", id: "moment" });
  const set = el("button", { onclick: careful(async () => moment.value && read(await ask("/ui/clock", { moment: `${moment.value}:00Z` }))) }, "Go there");
  box.append(big,
    el("div", { className: "bar" }, ...JUMPS.map(([label, seconds]) => el("button", { onclick: jump({ seconds }) }, label)),
      el("button", { onclick: jump({ reset: true }) }, "Back to real time")),
    el("div", { className: "bar" }, el("label", { htmlFor: "moment" }, "A moment (UTC)"), moment, set),
    el("p", { className: "hint" }, "The program reads the same clock: reminders fall due, unpaid holds lapse, pay pages expire."));
  bus.on("clock", careful(async () => read(await ask("/ui/clock"))));
  setInterval(show, 1000);
}

const FAULTS = {
  rate_limited: "API: too many requests (429)", server_error: "API: server error (500)",
  timeout: "API: done, but no answer comes", refused: "API: connection dropped, nothing done",
  lost: "Webhook: never sent", doubled: "Webhook: sent twice",
  late: "Webhook: held until released", reordered: "Webhook: sent after the next one",
};

function options(pairs) {
  return pairs.map(([value, text]) => el("option", { value }, text));
}

export function mountFaults(box, bus) {
  const service = el("select", { id: "fault-service" }, ...options(["stripe", "paypal", "razorpay", "phonepe", "telegram", "slack"].map((name) => [name, name])));
  const fault = el("select", { id: "fault-kind" }, ...options(Object.entries(FAULTS)));
  const count = el("input", { id: "fault-count", type: "number", min: 1, max: 1000, value: 1 });
  const method = el("input", { id: "fault-method", placeholder: "any", size: 18 });
  const standing = el("ul", { className: "standing" });
  const field = (label, input) => el("div", { className: "field" }, el("label", { htmlFor: input.id }, label), input);
  const form = el("form", { className: "bar" }, field("Service", service), field("Trouble", fault), field("Next", count),
    field("Method contains", method), el("button", { className: "strong" }, "Switch on"));
  form.onsubmit = careful(async (event) => {
    event.preventDefault();
    await ask("/ui/faults", { service: service.value, fault: fault.value, count: Number(count.value), method: method.value });
  });
  const refresh = async () => {
    const { rules, held } = await ask("/ui/faults");
    const told = [...rules.map((rule) => `${rule.service} ${rule.method || "(any)"}: ${FAULTS[rule.fault]}, ${rule.count} more`),
      ...held.map((hook) => `held back: ${hook.service} ${hook.method}`)];
    standing.replaceChildren(...(told.length ? told : ["No trouble is switched on."]).map((text) => el("li", {}, text)));
  };
  box.append(form, standing, el("div", { className: "bar" },
    el("button", { onclick: careful(() => ask("/ui/faults", undefined, "DELETE")) }, "Lift all"),
    el("button", { onclick: careful(() => ask("/ui/faults/release", {})) }, "Release held webhooks")));
  for (const topic of ["faults", "wire"]) bus.on(topic, careful(refresh));
}

export function mountReceiver(box, bus) {
  const list = el("ol", { className: "received" });
  box.append(el("p", { className: "hint" }, `A stand-in for the team's own system: webhooks sent to ${location.origin}/receiver show up here.`), list);
  bus.on("receiver", careful(async () => {
    const all = await ask("/ui/receiver");
    list.replaceChildren(...all.map((item) => el("li", {}, el("details", {},
      el("summary", {}, el("time", {}, item.at.slice(11, 19)), ` ${item.path}`),
      el("pre", { tabIndex: 0 }, Object.entries(item.headers).map(([name, value]) => `${name}: ${value}`).join("\n")),
      el("pre", { tabIndex: 0 }, pretty(item.body))))));
  }));
}
