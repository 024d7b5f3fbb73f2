// The loss over what is predicted on foreground and on background, and the way downhill.

import { bars } from "./bars.js";
import { chart } from "./chart.js";
import { backgroundSlope, falsePositivesOfLoss, foregroundSlope, tverskyLoss } from "./formulas.js";
import { numbers } from "./numbers.js";
import { decimals } from "./words.js";

const BACKGROUND = 3; // pixels for one of foreground
const STEP = 0.05;
const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const EVERY = 10; // steps between two dots of the way

const countsAtPoint = (u, v) => [u, BACKGROUND * v, 1 - u];

function pullsAt(u, v, weights) {
  const counts = countsAtPoint(u, v);
  return [foregroundSlope(...counts, ...weights), Math.abs(backgroundSlope(...counts, ...weights))];
}

/** The way of gradient descent, from point to point. */
function wayDown(u, v, steps, weights) {
  const way = [[u, v]];
  for (let k = 0; k < steps; k++) {
    const [x, y] = way[k];
    const [up, down] = pullsAt(x, y, weights);
    way.push([Math.min(1, x + STEP * up), Math.max(0, y - STEP * BACKGROUND * down)]);
  }
  return way;
}

function derive({ foreground, background, steps, alpha, beta, delta }) {
  const weights = [alpha, beta, delta];
  const [up, down] = pullsAt(foreground, background, weights);
  const way = wayDown(foreground, background, steps, weights);
  const lossAt = (point) => tverskyLoss(...countsAtPoint(...point), ...weights);
  return { foreground, background, steps, weights, up, down, way, loss: lossAt(way[0]), rolled: lossAt(way.at(-1)) };
}

function levelLine(level) {
  return {
    role: "level",
    width: 1.5,
    // It is straight: from its heights at both sides follows where it enters the square and leaves it.
    of: ({ weights }) => {
      const [left, right] = [0, 1].map((u) => falsePositivesOfLoss(u, 1 - u, ...weights, level) / BACKGROUND);
      const at = (height) => (height - left) / (right - left);
      const [from, to] = [Math.max(0, at(0)), Math.min(1, at(1))];
      const x = Array.from({ length: 21 }, (_, k) => from + (k / 20) * (to - from)); // so many, for words to stand at one
      return from < to && { x, y: x.map((u) => left + u * (right - left)) };
    },
    words: decimals(level, 1),
    at: 0.85,
    optional: true,
  };
}

function square() {
  const unit = { low: 0, high: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] };
  return chart({
    equal: true,
    x: { ...unit, label: "prediction on foreground" },
    y: { ...unit, label: "prediction on background" },
    lines: [
      ...LEVELS.map(levelLine),
      { role: "loss", of: ({ way }) => ({ x: way.map(([u]) => u), y: way.map(([, v]) => v) }) },
    ],
    marks: [
      { kind: "optimum", role: "tp", at: () => [1, 0], words: "target" },
      { kind: "dot", at: ({ way }) => way.filter((_, k) => k && k % EVERY === 0) },
      {
        kind: "here",
        at: ({ foreground, background }) => [foreground, background],
        drag: { label: "the point: left and right change the prediction on foreground, up and down on background", x: "foreground", y: "background" },
      },
    ],
    words: (now) =>
      `The loss over the prediction on foreground and on background, with straight level lines and its only minimum, a star, at 1 ` +
      `and 0. The point stands at ${decimals(now.foreground, 2)} and ${decimals(now.background, 2)}, where the loss is ${decimals(now.loss)}. ${rolledTo(now)}`,
  });
}

function rolledTo({ way, steps, rolled }) {
  const [u, v] = way.at(-1);
  return steps ? `After ${decimals(steps, 0)} steps downhill it has come to ${decimals(u, 2)} and ${decimals(v, 2)}, with loss ${decimals(rolled)}.` : "";
}

export const declaration = {
  derive,
  shares: [3, 2],
  parts: () => [
    [square()],
    [
      bars({
        caption: "pull on one pixel; a full bar is 2",
        rows: [
          { role: "faint", label: "foreground", of: ({ up }) => up },
          { role: "faint", label: "background", of: ({ down }) => down },
        ],
        scale: [0, 2],
      }),
      numbers("loss", "rolled"),
    ],
  ],
  numbers: {
    loss: { label: "loss", hint: "at the point" },
    up: { label: "pull on a foreground pixel", hint: "upwards" },
    down: { label: "pull on a background pixel", hint: "downwards" },
    rolled: { label: "loss", hint: "after the steps" },
  },
  words: (now) =>
    `Prediction ${decimals(now.foreground, 2)} on foreground, ${decimals(now.background, 2)} on background: loss ${decimals(now.loss)}, pull on a ` +
    `foreground pixel ${decimals(now.up)} upwards, on a background pixel ${decimals(now.down)} downwards. ${rolledTo(now)}`,
};
