// Puts the page together: panes, browsers, tools, and the story.
import { mountBrowser } from "./browser.js";
import { listen, makeBus } from "./bus.js";
import { mountClock, mountFaults, mountReceiver } from "./levers.js";
import { mountPlayer } from "./player.js";
import { mountUpi } from "./upi.js";
import { mountWire } from "./wire.js";
import { mountCalls } from "/static/jitsi/pane.js";
import { mount as mountSlack } from "/static/slack/pane.js";
import { mount as mountStripe } from "/static/stripe/pane.js";
import { mountCustomers, mountGroup } from "/static/telegram/pane.js";

const $ = (id) => document.getElementById(id);
const tools = ["wire", "clock", "faults", "stripe", "upi", "calls", "receiver"];

/** Shows a pane: alone on a narrow screen; on a wide one it only picks what the team sees. */
export function reveal(pane) {
  document.body.dataset.pane = pane;
  if (pane === "slack" || pane === "group") document.body.dataset.desk = pane;
  for (const tab of document.querySelectorAll(".switch [data-show]")) tab.setAttribute("aria-selected", String(tab.dataset.show === pane));
  for (const tab of document.querySelectorAll(".desk [data-show]")) tab.setAttribute("aria-selected", String(tab.dataset.show === document.body.dataset.desk));
}

/** Shows one of the tools, unfolding them. */
export function useTool(tool) {
  for (const name of tools) {
    $(`tool-${name}`).hidden = name !== tool;
    $(`tab-${name}`).setAttribute("aria-selected", String(name === tool));
  }
  fold(false);
}

function fold(folded) {
  document.body.classList.toggle("folded", folded);
  $("fold").setAttribute("aria-expanded", String(!folded));
  $("fold").textContent = folded ? "Unfold" : "Fold";
}

// Arrow keys walk through a row of tabs, as screen readers announce.
function walk(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || event.target.getAttribute("role") !== "tab") return;
  const row = [...event.target.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const next = row[(row.indexOf(event.target) + step + row.length) % row.length];
  next.focus();
  next.click();
}

const browser = mountBrowser($("browser"), () => reveal("browser"));
const [customer, agent] = [makeBus("customer", browser.show), makeBus("agent", browser.show)];
const place = (name) => document.querySelector(`[data-mount=${name}]`);

for (const tab of document.querySelectorAll("[data-show]")) tab.onclick = () => reveal(tab.dataset.show);
for (const tab of document.querySelectorAll("[data-tool]")) tab.onclick = () => useTool(tab.dataset.tool);
$("fold").onclick = () => fold(!document.body.classList.contains("folded"));
document.addEventListener("keydown", walk);

mountCustomers(place("customer"), customer);
mountGroup(place("group"), agent);
mountSlack(place("slack"), agent);
mountWire($("tool-wire"), agent);
mountClock($("tool-clock"), agent);
mountFaults($("tool-faults"), agent);
mountStripe($("tool-stripe"), agent);
mountUpi($("tool-upi"), agent);
mountCalls($("tool-calls"), agent);
mountReceiver($("tool-receiver"), agent);
mountPlayer($("player"), $("show-me"), { reveal, useTool, ...browser });
reveal("customer");
useTool("wire");
listen();
