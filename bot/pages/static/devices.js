// The check before the call: camera picture, voice level, which devices. Works with one of them, or with none.

import { $, el } from "./dom.js";

const REASONS = {
  NotAllowedError: "The browser may not use your camera or microphone. Allow it in the address bar, or join anyway to watch and write.",
  NotFoundError: "No camera or microphone was found. You can join anyway to watch and write.",
  NotReadableError: "Another program is using your camera. Close it and choose the camera again, or join without it.",
};
const INSECURE = "Camera and microphone work on https pages only. You can join anyway to watch and write.";
const CAMERA_OFF = "Camera is off";
const ONLY_VOICE = "No camera could be used: you will be heard, but not seen.";
const ONLY_PICTURE = "No microphone could be used: you will be seen, but not heard.";

export class Devices {
  stream = new MediaStream();
  #meter = 0;
  #sound = null;
  #turn = 0; // the newest attempt; an older one that ends late is thrown away

  constructor() {
    for (const id of ["use-camera", "use-microphone", "cameras", "microphones"]) $(id).addEventListener("change", () => this.start());
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#list());
  }

  get camera() {
    return $("use-camera").checked;
  }

  get microphone() {
    return $("use-microphone").checked;
  }

  /** The names of what is in use, as other players want them. */
  get labels() {
    const label = (track) => track?.label;
    return { videoInput: label(this.stream.getVideoTracks()[0]), audioInput: label(this.stream.getAudioTracks()[0]) };
  }

  /** Opens what is switched on, and shows it. */
  async start() {
    const turn = ++this.#turn;
    $("preview-off").textContent = this.camera ? "Starting the camera…" : CAMERA_OFF;
    const { stream, note } = await this.#open();
    if (turn !== this.#turn) return stop(stream);
    stop(this.stream);
    this.stream = stream;
    const seen = stream.getVideoTracks().length > 0;
    $("preview").srcObject = seen ? stream : null;
    $("preview-off").hidden = seen;
    $("preview-off").textContent = CAMERA_OFF;
    $("device-note").textContent = note;
    this.#listen();
    await this.#list();
  }

  /** Hands the open stream over; the preview ends here. */
  give() {
    const { stream } = this;
    this.stream = new MediaStream();
    this.close();
    return stream;
  }

  close() {
    this.#turn += 1;
    stop(this.stream);
    this.stream = new MediaStream();
    $("preview").srcObject = null;
    this.#quiet();
  }

  async #open() {
    const video = this.camera && choice("cameras");
    const audio = this.microphone && choice("microphones");
    if (!video && !audio) return { stream: new MediaStream(), note: "" };
    if (!navigator.mediaDevices) return { stream: new MediaStream(), note: INSECURE };
    const tries = [[{ video, audio }, ""]];
    if (video && audio) tries.push([{ audio }, ONLY_VOICE], [{ video }, ONLY_PICTURE]);
    let reason = "";
    for (const [wanted, note] of tries) {
      try {
        return { stream: await navigator.mediaDevices.getUserMedia(wanted), note };
      } catch (error) {
        reason ||= REASONS[error.name] ?? REASONS.NotFoundError;
      }
    }
    return { stream: new MediaStream(), note: reason };
  }

  async #list() {
    const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    fill($("cameras"), found.filter(({ kind }) => kind === "videoinput"), "Camera", this.camera);
    fill($("microphones"), found.filter(({ kind }) => kind === "audioinput"), "Microphone", this.microphone);
  }

  #listen() {
    this.#quiet();
    if (!this.stream.getAudioTracks().length) return;
    this.#sound = new AudioContext();
    const analyser = this.#sound.createAnalyser();
    this.#sound.createMediaStreamSource(this.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#meter = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      $("level").value = Math.min(1, loudness * 4);
    }, 100);
  }

  #quiet() {
    clearInterval(this.#meter);
    this.#sound?.close();
    this.#sound = null;
    $("level").value = 0;
  }
}

export function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

function choice(id) {
  const wanted = $(id).value;
  return wanted ? { deviceId: { ideal: wanted } } : true;
}

function fill(select, devices, name, on) {
  const chosen = select.value;
  const named = devices.filter(({ deviceId }) => deviceId); // without permission there are no ids
  select.replaceChildren(...named.map(({ deviceId, label }, at) => el("option", { value: deviceId }, label || `${name} ${at + 1}`)));
  if (named.some(({ deviceId }) => deviceId === chosen)) select.value = chosen;
  select.disabled = !on || named.length < 2;
  select.hidden = !named.length;
}
