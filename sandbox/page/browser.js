// Two web browsers, the customer's and the agent's, in one pane.
import { el } from "./dom.js";

const WHO = { customer: "Customer's browser", agent: "Agent's browser" };
const ALLOW = "camera; microphone; autoplay; display-capture; clipboard-write; fullscreen";

/** Builds the pane; gives `show(url, who)`. */
export function mountBrowser(pane, reveal) {
  const tabs = el("div", { className: "heads", role: "tablist", "aria-label": "Whose browser" });
  const views = {};
  const choose = (who) => {
    for (const [name, view] of Object.entries(views)) {
      view.tab.setAttribute("aria-selected", String(name === who));
      view.box.hidden = name !== who;
    }
  };
  pane.append(tabs);
  for (const [who, title] of Object.entries(WHO)) {
    views[who] = makeView(who, title);
    views[who].tab.onclick = () => choose(who);
    tabs.append(views[who].tab);
    pane.append(views[who].box);
  }
  choose("customer");
  return (url, who = "customer") => {
    choose(who);
    reveal();
    views[who].go(url);
  };
}

function makeView(who, title) {
  const address = el("input", { type: "url", "aria-label": `${title}: address`, placeholder: "Links from the chats open here" });
  const frame = el("iframe", { title, allow: ALLOW, hidden: true });
  const empty = el("p", { className: "empty" }, "Nothing open. Tap a link in a chat: the room and the pay page open here.");
  const go = (url) => {
    address.value = url;
    frame.hidden = false;
    empty.hidden = true;
    frame.src = url;
  };
  frame.onload = () => {
    try {
      address.value = frame.contentWindow.location.href;
    } catch {
      // A page of the program itself: its address is not ours to read.
    }
  };
  const again = el("button", { type: "button", title: "Reload", "aria-label": "Reload", onclick: () => go(address.value) }, "↻");
  const out = el("button", { type: "button", title: "Open in a window of its own", "aria-label": "Open in a window of its own", onclick: () => address.value && window.open(address.value, "_blank", "noopener") }, "↗");
  const bar = el("form", { className: "address" }, again, address, out);
  bar.onsubmit = (event) => {
    event.preventDefault();
    if (address.value) go(address.value);
  };
  const box = el("div", { className: "view", role: "tabpanel", "aria-label": title, id: `view-${who}` }, bar, empty, frame);
  const tab = el("button", { role: "tab", "aria-controls": box.id }, title);
  return { tab, box, go };
}
