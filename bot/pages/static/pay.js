// The return page looks again until the payment has settled. A call that is still open behind it is remembered.

const main = document.querySelector("main[data-code]");
const GAPS = [1, 2, 3, 5, 8, 13, 21]; // seconds
const patient = main?.dataset.waiting === "long"; // a code is still being scanned: the last gap goes on

function cameFromRoom() {
  try {
    if (new URLSearchParams(location.search).get("from") === "room") sessionStorage.setItem("from", "room");
    return sessionStorage.getItem("from") === "room";
  } catch { // a frame may be refused its storage
    return false;
  }
}

const back = document.querySelector("[data-back]");
if (cameFromRoom() && back) back.textContent = "Your call is still open: close this tab to go back to it.";

async function look() {
  const answer = await fetch(`/pay/${main.dataset.code}/state`);
  const { state } = await answer.json();
  if (state !== main.dataset.state) location.reload();
}

function lookLater(gaps) {
  if (!gaps.length) return;
  setTimeout(async () => {
    await look().catch(() => {}); // the next look may get through
    lookLater(gaps.length > 1 || !patient ? gaps.slice(1) : gaps);
  }, gaps[0] * 1000);
}

if (main && "waiting" in main.dataset) lookLater(GAPS);
