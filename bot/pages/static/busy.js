// A form that was sent says so until the next page is there, and is not sent twice by an impatient thumb.

for (const form of document.querySelectorAll("form[method=post]")) form.addEventListener("submit", sent);
addEventListener("pageshow", (event) => event.persisted && location.reload()); // back from elsewhere: it may be paid by now

function sent(event) {
  const { submitter } = event;
  if (document.body.dataset.sent) return event.preventDefault();
  document.body.dataset.sent = "yes";
  if (!submitter) return;
  submitter.setAttribute("aria-busy", "true");
  if (submitter.dataset.busy) submitter.textContent = submitter.dataset.busy;
}
