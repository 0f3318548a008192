// A moving test picture for somebody who shows no camera: their colour, their initials, a turning hand.

function hue(text) {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
}

function initials(name) {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
}

/** Draws onto `canvas` until it leaves the page. */
export function play(canvas, person) {
  const pen = canvas.getContext("2d");
  canvas.width = 640;
  canvas.height = 360;
  const step = (time) => {
    if (!canvas.isConnected) return;
    draw(pen, person, time / 1000);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function draw(pen, person, seconds) {
  const shade = hue(person.userId || person.name);
  pen.fillStyle = `hsl(${shade} 30% 28%)`;
  pen.fillRect(0, 0, 640, 360);
  for (let stripe = 0; stripe < 8; stripe++) {
    pen.fillStyle = `hsl(${shade + stripe * 3} 32% ${29 + stripe}%)`;
    pen.fillRect(((stripe * 90 + seconds * 40) % 720) - 80, 0, 40, 360);
  }
  disc(pen, `hsl(${shade} 45% 88%)`, 320, 170, 60);
  pen.fillStyle = `hsl(${shade} 45% 22%)`;
  pen.font = "600 46px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(initials(person.name), 320, 174);
  disc(pen, "#fff", 320 + 76 * Math.cos(seconds), 170 + 76 * Math.sin(seconds), 6);
}

function disc(pen, colour, x, y, radius) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}
