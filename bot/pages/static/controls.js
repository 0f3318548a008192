// The buttons below the call.

import { $, answer, ask } from "./dom.js";

const NAMES = {
  mute: ["Mute", "Unmute"],
  camera: ["Camera off", "Camera on"],
  share: ["Share screen", "Stop sharing"],
};

export class Controls {
  #call = null;

  constructor(visit, { hangUp, end, command }) {
    this.visit = visit;
    $("mute").addEventListener("click", () => this.#toggle("mute", "audio"));
    $("camera").addEventListener("click", () => this.#toggle("camera", "video"));
    $("share").addEventListener("click", async () => this.#shared(await this.#call.share()));
    $("hang-up").addEventListener("click", hangUp);
    $("end")?.addEventListener("click", async () => {
      if (await ask("End the call for everyone? The room closes.", "End for all", "Stay")) end();
    });
    $("ask-money")?.addEventListener("click", () => this.#askMoney(command));
  }

  /** Fits the buttons to a call. One with its own toolbar needs only what it lacks. */
  serve(call, { ownToolbar, camera = true, microphone = true }) {
    this.#call = call;
    for (const id of ["mute", "camera", "share", "hang-up"]) $(id).hidden = ownToolbar;
    $("controls").hidden = ownToolbar && !this.visit.host;
    if (ownToolbar) return;
    this.#offer("mute", "audio", microphone);
    this.#offer("camera", "video", camera);
    $("share").hidden = !navigator.mediaDevices?.getDisplayMedia;
    this.#shared(false);
    call.onUnshared = () => this.#shared(false);
  }

  #offer(id, kind, on) {
    $(id).disabled = !this.#call.has[kind];
    this.#set(id, !on || !this.#call.has[kind]);
    this.#call.turn(kind, on);
  }

  #toggle(id, kind) {
    const off = !("off" in $(id).dataset);
    this.#call.turn(kind, !off);
    this.#set(id, off);
  }

  #shared(on) {
    this.#set("share", on);
  }

  /** The name says what a press will do; `changed`: the button is not in its first state. */
  #set(id, changed) {
    $(id).toggleAttribute("data-off", changed);
    $(id).querySelector(".name").textContent = NAMES[id][changed ? 1 : 0];
  }

  async #askMoney(command) {
    const dialog = $("money");
    if (!(await answer(dialog))) return;
    const amount = $("amount").value.trim();
    const purpose = $("purpose").value.trim();
    if (amount && purpose) command("pay", `${amount} ${purpose}`);
    $("amount").value = $("purpose").value = "";
  }
}
