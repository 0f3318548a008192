// A Jitsi room in our page, through the server's own external_api.js.
// What it tells us is for show only: who is let in and what is paid is decided by our server.

import { $, el, freshId } from "./dom.js";

export class JitsiCall {
  #api = null;
  #live;
  #rejoin;
  #closed = false;

  /** `over()` is called when the person hung up inside the player; `trouble(sentence)` when it cannot go on. */
  constructor({ live, ticket, devices, over, trouble }) {
    this.#live = live;
    this.over = over;
    this.trouble = trouble;
    this.call = freshId();
    this.#rejoin = () => this.#enter();
    $("jitsi").hidden = false;
    $("jitsi").append(el("p", { class: "words", role: "status" }, "Connecting…"));
    this.#start(ticket, devices).catch(() => trouble("The video server cannot be reached. You can go on in the chat, or try again."));
  }

  close() {
    this.#closed = true;
    this.#live.removeEventListener("up", this.#rejoin);
    this.#live.send({ type: "leave" });
    this.#api?.dispose();
    this.#api = null;
    $("jitsi").replaceChildren();
    $("jitsi").hidden = true;
  }

  async stats() {
    return { state: this.#api ? "player" : "none", framesDecoded: 0 };
  }

  async #start(ticket, devices) {
    await load(ticket.script_url);
    if (this.#closed) return;
    $("jitsi").replaceChildren(); // the player says by itself what it waits for
    this.#api = new window.JitsiMeetExternalAPI(ticket.domain, options(ticket, devices));
    this.#api.addListener("videoConferenceJoined", () => {
      this.#enter();
      this.#live.addEventListener("up", this.#rejoin);
    });
    this.#api.addListener("videoConferenceLeft", () => this.#live.send({ type: "leave" }));
    this.#api.addListener("readyToClose", () => this.over());
    this.#api.addListener("errorOccurred", (happened) => {
      const error = happened.error ?? happened; // older players do not wrap it
      if (error.isFatal) this.trouble("The video connection broke. You can come back at once.");
    });
  }

  #enter() {
    this.#live.send({ type: "enter", call: this.call, direct: false });
  }
}

function options(ticket, { camera, microphone, labels }) {
  const { configOverwrite, ...rest } = ticket.options;
  const muted = { startWithVideoMuted: !camera, startWithAudioMuted: !microphone };
  return {
    ...rest,
    roomName: ticket.room,
    jwt: ticket.token,
    parentNode: $("jitsi"),
    devices: Object.fromEntries(Object.entries(labels).filter(([, label]) => label)),
    configOverwrite: { ...configOverwrite, ...muted },
  };
}

function load(url) {
  if (window.JitsiMeetExternalAPI) return Promise.resolve();
  return new Promise((done, failed) => {
    document.head.append(el("script", { src: url, async: true, onload: done, onerror: failed }));
  });
}
