// "Show me": plays the story with captions, acting through the same addresses that a tap uses.
import { alertUser, el } from "./dom.js";
import { story } from "./story.js";

const READING = 2600;

class Stopped extends Error {}

/** What a step may do. */
function makeStage(hands, pace) {
  /** Asks `find` again and again until it gives something, as a person would look. */
  const until = async (find, what) => {
    for (let tries = 0; tries < 100; tries++) {
      await pace.breathe(150);
      const found = await find();
      if (found) return found;
    }
    throw new Error(`The story waited for ${what} in vain.`);
  };
  return { ...hands, until, pause: (ms = READING) => pace.breathe(ms) };
}

/** Lets the story wait, and end when somebody stops it. */
class Pace {
  stopped = false;
  held = false;
  skip = () => {};

  async breathe(ms) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.skip = () => { clearTimeout(timer); resolve(); };
    });
    while (this.held && !this.stopped) await new Promise((resolve) => setTimeout(resolve, 100));
    if (this.stopped) throw new Stopped();
  }
}

export function mountPlayer(box, button, hands) {
  button.onclick = () => play(box, button, hands);
}

function makeCard(pace) {
  const caption = el("p", { className: "caption", "aria-live": "polite" });
  const progress = el("progress", { max: story.length, value: 0, "aria-label": "Progress of the story" });
  const hold = el("button", { onclick: () => { pace.held = !pace.held; hold.textContent = pace.held ? "Go on" : "Pause"; } }, "Pause");
  const next = el("button", { onclick: () => pace.skip() }, "Next");
  const stop = el("button", { onclick: () => { pace.stopped = true; pace.skip(); } }, "Stop");
  return { caption, progress, parts: [progress, caption, el("div", { className: "bar" }, hold, next, stop)] };
}

async function play(box, button, hands) {
  const pace = new Pace();
  const stage = makeStage(hands, pace);
  const card = makeCard(pace);
  const memory = {};
  button.disabled = true;
  box.hidden = false;
  box.replaceChildren(...card.parts);
  try {
    for (const [number, step] of story.entries()) {
      card.progress.value = number + 1;
      card.caption.textContent = step.say;
      await stage.pause(step.first ?? 1400);
      await step.act?.(stage, memory);
      await stage.pause();
    }
  } catch (error) {
    if (!(error instanceof Stopped)) alertUser(error.message);
  }
  box.hidden = true;
  button.disabled = false;
  button.focus();
}
