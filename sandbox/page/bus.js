// What changed, and where links open. A pane gets a bus of its own:
//   bus.on(topic, fn)     call fn when something under that topic (telegram, slack, stripe ...) has changed
//   bus.open(url, who)    show a page in the browser of "customer" or "agent"; without `who`, of the pane's own people

const listeners = new Map();
const waiting = new Set();

function fire() {
  const topics = [...waiting];
  waiting.clear();
  for (const topic of topics) for (const listener of listeners.get(topic) || []) listener(topic);
}

/** Marks a topic as changed; what is marked within a moment is told once. */
export function changed(topic) {
  if (waiting.size === 0) setTimeout(fire, 40);
  waiting.add(topic);
}

/** A bus whose links open for `who`; `show` is what shows a page. */
export function makeBus(who, show) {
  return {
    on(topic, listener) {
      listeners.set(topic, [...(listeners.get(topic) || []), listener]);
      return () => listeners.set(topic, listeners.get(topic).filter((known) => known !== listener));
    },
    open: (url, whose = who) => show(url, whose),
  };
}

/** Listens to the sandbox for as long as the page is open; after a gap everything counts as changed. */
export function listen() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`);
  socket.onopen = () => [...listeners.keys()].forEach(changed);
  socket.onmessage = ({ data }) => changed(data);
  socket.onclose = () => setTimeout(listen, 1000);
}
