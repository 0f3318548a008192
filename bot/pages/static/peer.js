// One connection with one entry of the other browser, from its first offer to its end. It never meets another entry:
// a browser that comes anew gets a new one of these, and what the old one still waits for ends with it.
// The pattern: https://www.w3.org/TR/webrtc/#perfect-negotiation-example

const PATIENCE = { new: 15_000, connecting: 15_000, disconnected: 4_000, failed: 1_000 }; // milliseconds in that state

export class Peer {
  #send;
  #on;
  #makingOffer = false;
  #ignoreOffer = false;
  #settingAnswer = false;
  #tries = 0; // to mend it, since it was last connected
  #timer = 0;

  /**
   * `mine`, `theirs`: the two entries' words. `tracks` of `stream` are sent from the start. `send(data)` says something
   * to the other browser. `on`: `state()`, `picture(track, stream)`, `servers()` fetches fresh ICE servers, and
   * `hopeless()` when only a new connection helps.
   */
  constructor({ mine, theirs, iceServers, stream, tracks, send, on }) {
    this.theirs = theirs;
    this.polite = mine < theirs; // both know both words, so they agree, whoever they are
    this.#send = send;
    this.#on = on;
    const pc = new RTCPeerConnection({ iceServers });
    this.pc = pc;
    pc.onnegotiationneeded = () => this.#offer();
    pc.onicecandidate = ({ candidate }) => send({ candidate });
    pc.ontrack = ({ track, streams }) => on.picture(track, streams[0]);
    pc.onconnectionstatechange = () => this.#changed();
    for (const track of tracks) pc.addTrack(track, stream);
    // Something to negotiate even when neither has a camera or a microphone.
    if (!this.polite) pc.createDataChannel("bellhop");
    this.#wait();
  }

  get state() {
    return this.pc.connectionState;
  }

  /** Takes what the other browser said. The browser itself does these one after the other. */
  async hear({ description, candidate, mend }) {
    try {
      if (mend) this.#mendWhenAsked();
      else if (description) await this.#described(description);
      else await this.pc.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      if (!this.#ignoreOffer) console.warn("signal", error);
    }
  }

  /** The socket of one of the two broke and is back: what was said meanwhile is lost, so say it again. */
  resume() {
    if (this.pc.signalingState === "have-local-offer") this.#send({ description: this.pc.localDescription });
    else if (this.state !== "connected" && !this.polite) this.#mend();
    this.#wait();
  }

  close() {
    const { pc } = this;
    clearTimeout(this.#timer);
    pc.onconnectionstatechange = pc.onnegotiationneeded = pc.onicecandidate = pc.ontrack = null;
    pc.close();
  }

  async #offer() {
    const { pc } = this;
    // One side begins: two first offers at once end in a rollback, after which Chromium may never gather candidates.
    if (this.polite && !pc.remoteDescription) return;
    try {
      this.#makingOffer = true;
      await pc.setLocalDescription();
      this.#send({ description: pc.localDescription });
    } catch (error) {
      console.warn("offer", error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #described(description) {
    const { pc } = this;
    const ready = !this.#makingOffer && (pc.signalingState === "stable" || this.#settingAnswer);
    this.#ignoreOffer = description.type === "offer" && !ready && !this.polite;
    if (this.#ignoreOffer) return;
    this.#settingAnswer = description.type === "answer";
    try {
      await pc.setRemoteDescription(description);
    } finally {
      this.#settingAnswer = false;
    }
    if (description.type !== "offer") return;
    await pc.setLocalDescription();
    this.#send({ description: pc.localDescription });
  }

  #changed() {
    if (this.state === "connected") this.#tries = 0;
    this.#wait();
    this.#on.state();
  }

  #wait() {
    clearTimeout(this.#timer);
    const patience = PATIENCE[this.state];
    if (patience) this.#timer = setTimeout(() => this.#lostPatience(), patience * (this.polite ? 2 : 1));
  }

  /** One side mends, or both would offer at once; the polite one asks for it, later. */
  #lostPatience() {
    this.#wait();
    if (this.polite) this.#send({ mend: true });
    else this.#mend();
  }

  #mendWhenAsked() {
    const busy = this.polite || this.#makingOffer || this.pc.signalingState !== "stable";
    if (!busy) this.#mend();
  }

  /** Looks for another way once; if that did not help, or the offer is not answered, the connection is given up. */
  #mend() {
    if (this.#tries || this.pc.signalingState !== "stable") return this.#on.hopeless();
    this.#tries += 1;
    return this.#restart();
  }

  async #restart() {
    const iceServers = await this.#on.servers();
    if (this.pc.signalingState === "closed") return;
    this.pc.setConfiguration({ iceServers });
    this.pc.restartIce();
  }
}
