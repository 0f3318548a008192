// Bellhop's own room: two browsers, perfect negotiation over the page's socket.
// The pattern: https://www.w3.org/TR/webrtc/#perfect-negotiation-example

import { $, freshId } from "./dom.js";
import { stop } from "./devices.js";

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
  #pc = null;
  #peer = null; // the other browser's word for its entry
  #makingOffer = false;
  #ignoreOffer = false;
  #settingAnswer = false;
  #heard = Promise.resolve(); // signals are taken one after the other
  #listeners = [];
  #screen = null;

  /** `renew()` fetches a fresh ticket, for TURN passwords end. */
  constructor({ live, ticket, stream, other, renew }) {
    this.#live = live;
    this.#ticket = ticket;
    this.stream = stream;
    this.other = other;
    this.renew = renew;
    this.call = freshId();
    $("direct").hidden = false;
    $("local").srcObject = stream;
    $("local").hidden = !stream.getVideoTracks().length;
    this.#listen("up", () => this.#enter());
    this.#listen("peer", (peer) => this.#met(peer));
    this.#listen("signal", ({ data }) => this.#queue(data));
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
    const report = (await this.#pc?.getStats()) ?? new Map();
    const video = [...report.values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
    return { state: this.#pc?.connectionState ?? "none", framesDecoded: video?.framesDecoded ?? 0 };
  }

  #enter() {
    this.#live.send({ type: "enter", call: this.call, direct: true });
  }

  #listen(type, listener) {
    const hear = (event) => listener(event.detail);
    this.#live.addEventListener(type, hear);
    this.#listeners.push([type, hear]);
  }

  #met({ here, call, name }) {
    if (!here) return call === this.#peer && this.#gone(name);
    if (call === this.#peer && this.#pc) return this.#heal();
    this.#drop();
    this.#peer = call;
    this.#connect();
  }

  /** Their page closed or lost its line. While the picture still runs there is nothing to say. */
  #gone(name) {
    if (this.#pc?.connectionState !== "connected") return this.#left(name);
    this.#pc.onconnectionstatechange = () => this.#left(name);
  }

  #left(name) {
    this.#drop();
    this.#peer = null;
    this.#say(`${name} is not in the call at the moment.`);
  }

  #connect() {
    const pc = new RTCPeerConnection({ iceServers: this.#ticket.options.iceServers });
    this.#pc = pc;
    this.#makingOffer = this.#ignoreOffer = this.#settingAnswer = false;
    pc.onnegotiationneeded = () => this.#offer(pc);
    pc.onicecandidate = ({ candidate }) => this.#signal({ candidate });
    pc.ontrack = ({ track, streams }) => this.#picture(track, streams[0]);
    this.#watch(pc);
    for (const track of this.stream.getTracks()) pc.addTrack(track, this.stream);
    if (this.#screen) this.#show(this.#screen.getVideoTracks()[0]);
    // Something to negotiate even when neither has a camera or a microphone.
    if (!this.#ticket.options.polite) pc.createDataChannel("bellhop");
  }

  #watch(pc) {
    this.#say(WORDS.new);
    pc.onconnectionstatechange = () => {
      this.#say(WORDS[pc.connectionState] ?? "");
      if (pc.connectionState === "failed") this.#restart(pc);
    };
  }

  async #restart(pc) {
    const ticket = await this.renew().catch(() => null);
    if (pc !== this.#pc) return;
    if (ticket) pc.setConfiguration({ iceServers: ticket.options.iceServers });
    pc.restartIce();
  }

  /** The socket broke and is back: what was said meanwhile is lost, so say it again. */
  #heal() {
    const pc = this.#pc;
    this.#watch(pc);
    this.#say(WORDS[pc.connectionState] ?? "");
    if (pc.signalingState === "have-local-offer") this.#signal({ description: pc.localDescription });
    else if (pc.connectionState !== "connected") pc.restartIce();
  }

  async #offer(pc) {
    // One side begins: two first offers at once end in a rollback, after which Chromium may never gather candidates.
    if (this.#ticket.options.polite && !pc.remoteDescription) return;
    try {
      this.#makingOffer = true;
      await pc.setLocalDescription();
      this.#signal({ description: pc.localDescription });
    } finally {
      this.#makingOffer = false;
    }
  }

  #signal(data) {
    this.#live.send({ type: "signal", data: { ...data, to: this.#peer } });
  }

  #queue(data) {
    if (data.to !== this.call) return; // meant for an earlier entry of ours
    this.#heard = this.#heard.then(() => this.#hear(data)).catch((error) => console.warn("signal", error));
  }

  async #hear({ description, candidate }) {
    const pc = this.#pc;
    if (!pc) return;
    if (description) return this.#described(pc, description);
    try {
      await pc.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      if (!this.#ignoreOffer) throw error;
    }
  }

  async #described(pc, description) {
    const ready = !this.#makingOffer && (pc.signalingState === "stable" || this.#settingAnswer);
    this.#ignoreOffer = description.type === "offer" && !ready && !this.#ticket.options.polite;
    if (this.#ignoreOffer) return;
    this.#settingAnswer = description.type === "answer";
    try {
      await pc.setRemoteDescription(description);
    } finally {
      this.#settingAnswer = false;
    }
    if (description.type !== "offer") return;
    await pc.setLocalDescription();
    this.#signal({ description: pc.localDescription });
  }

  #picture(track, stream) {
    const remote = $("remote");
    if (remote.srcObject !== stream) remote.srcObject = stream;
    track.onunmute = () => remote.play().catch(() => {});
  }

  #show(track) {
    const sender = this.#pc?.getSenders().find((each) => each.track?.kind === "video");
    if (sender) sender.replaceTrack(track);
    else this.#pc?.addTrack(track, this.stream);
    $("local").srcObject = new MediaStream([track]);
    $("local").hidden = false;
  }

  #unshare() {
    if (this.#screen) stop(this.#screen);
    const shown = this.#screen?.getVideoTracks()[0];
    this.#screen = null;
    const [camera] = this.stream.getVideoTracks();
    const sender = this.#pc?.getSenders().find(({ track }) => track && track === shown);
    if (sender && camera) sender.replaceTrack(camera);
    else if (sender) this.#pc.removeTrack(sender);
    $("local").srcObject = this.stream;
    $("local").hidden = !camera?.enabled;
    return false;
  }

  #drop() {
    const pc = this.#pc;
    this.#pc = null;
    if (pc) pc.onconnectionstatechange = pc.onnegotiationneeded = pc.onicecandidate = pc.ontrack = null;
    pc?.close();
    $("remote").srcObject = null;
  }

  #say(words) {
    $("call-words").textContent = words;
    $("direct").dataset.state = this.#pc?.connectionState ?? "alone";
  }
}
