// Inside the frame: tells the page around it that the payment is complete.
const { clientSecret } = document.querySelector("[data-client-secret]").dataset;
parent.postMessage({ stripe: "complete", clientSecret }, "*");
