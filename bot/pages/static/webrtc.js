// Bellhop's own room: two browsers see each other; the page's socket carries what they say to find each other.

import { $, freshId } from "./dom.js";
import { stop } from "./devices.js";
import { Peer } from "./peer.js";

const WORDS = {
  new: "Connecting…",
  connecting: "Connecting…",
  connected: "Connected",
  disconnected: "Reconnecting…",
  failed: "The connection broke. Trying another way…",
};

export class DirectCall {
  #live;
  #ticket;
  #call = freshId(); // our word for this entry; no two connections are made under the same one
  #peer = null;
  #absent = false; // their page is gone while their picture still runs
  #listeners = [];
  #screen = null;

  /** `renew()` fetches a fresh ticket, for TURN passwords end. */
  constructor({ live, ticket, stream, other, renew }) {
    this.#live = live;
    this.#ticket = ticket;
    this.stream = stream;
    this.other = other;
    this.renew = renew;
    $("direct").hidden = false;
    $("local").srcObject = stream;
    $("local").hidden = !stream.getVideoTracks().length;
    this.#listen("up", () => this.#enter());
    this.#listen("peer", (peer) => this.#met(peer));
    this.#listen("signal", (signal) => this.#hear(signal));
    this.#say(`Waiting for ${other}…`);
    this.#enter();
  }

  get has() {
    return { audio: this.stream.getAudioTracks().length > 0, video: this.stream.getVideoTracks().length > 0 };
  }

  /** Turns "audio" or "video" on or off. */
  turn(kind, on) {
    for (const track of this.stream.getTracks()) if (track.kind === kind) track.enabled = on;
    if (kind === "video" && !this.#screen) $("local").hidden = !on;
  }

  /** Shows the screen in place of the camera, or the camera again; true while the screen is shown. */
  async share() {
    if (this.#screen) return this.#unshare();
    try {
      this.#screen = await navigator.mediaDevices.getDisplayMedia({ video: true });
    } catch {
      return false; // not chosen
    }
    const [track] = this.#screen.getVideoTracks();
    track.onended = () => this.onUnshared?.(this.#unshare());
    this.#show(track);
    return true;
  }

  close() {
    for (const [type, listener] of this.#listeners) this.#live.removeEventListener(type, listener);
    this.#live.send({ type: "leave" });
    this.#drop();
    stop(this.stream);
    if (this.#screen) stop(this.#screen);
    $("local").srcObject = null;
    $("direct").hidden = true;
  }

  /** Numbers about the picture that comes in: whether it moves. */
  async stats() {
    const report = (await this.#peer?.pc.getStats()) ?? new Map();
    const video = [...report.values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
    return { state: this.#peer?.state ?? "none", framesDecoded: video?.framesDecoded ?? 0 };
  }

  #enter() {
    this.#live.send({ type: "enter", call: this.#call, direct: true });
  }

  #listen(type, listener) {
    const hear = (event) => listener(event.detail);
    this.#live.addEventListener(type, hear);
    this.#listeners.push([type, hear]);
  }

  #met({ here, call, name }) {
    const known = call === this.#peer?.theirs;
    if (!here) return known && this.#gone(name);
    this.#absent = false;
    if (known) this.#peer.resume();
    else this.#connect(call);
    this.#changed();
  }

  /** Their page closed or lost its line. While the picture still runs there is nothing to say. */
  #gone(name) {
    this.other = name;
    this.#absent = true;
    this.#changed();
  }

  #changed() {
    if (this.#absent && this.#peer.state !== "connected") this.#left();
    else if (this.#peer) this.#say(WORDS[this.#peer.state] ?? "");
  }

  #left() {
    this.#anew();
    this.#say(`${this.other} is not in the call at the moment.`);
  }

  /** Enters under another word: whoever still holds the old connection hears that it is over and makes a new one. */
  #anew() {
    this.#drop();
    this.#call = freshId();
    this.#enter();
  }

  #connect(theirs) {
    this.#drop();
    this.#peer = new Peer({
      mine: this.#call,
      theirs,
      iceServers: this.#ticket.options.iceServers,
      stream: this.stream,
      tracks: this.#tracks(),
      send: (data) => this.#live.send({ type: "signal", to: theirs, data }),
      on: {
        state: () => this.#changed(),
        picture: (track, stream) => this.#picture(track, stream),
        servers: () => this.#servers(),
        hopeless: () => this.#hopeless(),
      },
    });
  }

  async #servers() {
    this.#ticket = await this.renew().catch(() => this.#ticket);
    return this.#ticket.options.iceServers;
  }

  /** Without the socket nothing can be agreed anew; when it is back, both are told of each other again. */
  #hopeless() {
    if (!this.#live.open) return;
    this.#anew();
    this.#say(WORDS.failed);
  }

  #hear({ from, to, data }) {
    if (to === this.#call && from === this.#peer?.theirs) this.#peer.hear(data); // else it is about an earlier entry
  }

  #picture(track, stream) {
    const remote = $("remote");
    if (remote.srcObject !== stream) remote.srcObject = stream;
    track.onunmute = () => remote.play().catch(() => {});
  }

  /** What is sent: the voice, and the screen or else the camera. */
  #tracks() {
    const screen = this.#screen?.getVideoTracks() ?? [];
    return [...this.stream.getAudioTracks(), ...(screen.length ? screen : this.stream.getVideoTracks())];
  }

  #show(track) {
    const pc = this.#peer?.pc;
    const sender = pc?.getSenders().find((each) => each.track?.kind === "video");
    if (sender) sender.replaceTrack(track);
    else pc?.addTrack(track, this.stream);
    $("local").srcObject = new MediaStream([track]);
    $("local").hidden = false;
  }

  #unshare() {
    if (this.#screen) stop(this.#screen);
    const shown = this.#screen?.getVideoTracks()[0];
    this.#screen = null;
    const [camera] = this.stream.getVideoTracks();
    const pc = this.#peer?.pc;
    const sender = pc?.getSenders().find(({ track }) => track && track === shown);
    if (sender && camera) sender.replaceTrack(camera);
    else if (sender) pc.removeTrack(sender);
    $("local").srcObject = this.stream;
    $("local").hidden = !camera?.enabled;
    return false;
  }

  #drop() {
    this.#peer?.close();
    this.#peer = null;
    this.#absent = false;
    $("remote").srcObject = null;
  }

  #say(words) {
    $("call-words").textContent = words;
    $("direct").dataset.state = this.#peer?.state ?? "alone";
  }
}
