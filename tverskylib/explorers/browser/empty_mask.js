// An image without foreground: its loss and its pull over the sum of the prediction, and the cliff that delta moves.

import { chart } from "./chart.js";
import { backgroundSlope, cliff, strongestDelta, strongestPull, tverskyLoss } from "./formulas.js";
import { numbers, sentence } from "./numbers.js";
import { live } from "./parts.js";
import { scientific, within } from "./words.js";

const PIXELS = 64 * 64;
const SUMS = { low: 1e-6, high: PIXELS, log: true, say: scientific, label: "S: sum of the prediction" };

// Without foreground there is no FN: beta has nothing to weigh.
const lossOf = (sum, { alpha, delta }) => tverskyLoss(0, sum, 0, alpha, alpha, delta);
const pullOf = (sum, { alpha, delta }) => -backgroundSlope(0, sum, 0, alpha, alpha, delta);

function derive(values) {
  const { delta, predicted, alpha, guess } = values;
  return {
    delta,
    alpha,
    predicted,
    loss: lossOf(predicted, values),
    pull: pullOf(predicted, values),
    strongest: strongestPull(predicted),
    cliff: cliff(delta, alpha),
    guessed: guess === null || guess === delta ? null : cliff(guess, alpha),
  };
}

const network = (y) => ({
  kind: "here",
  at: (now) => [now.predicted, now[y]],
  drag: { label: "the prediction: its sum S", x: "predicted" },
});
const guessedCliff = { kind: "rule", role: "faint", dash: "dotted", at: ({ guessed }) => [guessed, null], when: ({ guessed }) => guessed !== null, words: "your guess" };
const theCliff = {
  kind: "rule",
  role: "level",
  dash: "dashed",
  at: (now) => [now.cliff, null],
  words: "S = δ/α",
  drag: { label: "the cliff: where delta puts it", x: { name: "delta", of: (sum, { alpha }) => strongestDelta(sum, alpha) } },
};

function lossChart() {
  return chart({
    height: 240,
    x: SUMS,
    y: { low: 0, high: 1, label: "loss" },
    lines: [{ role: "loss", of: (now) => (sum) => lossOf(sum, now) }],
    marks: [guessedCliff, theCliff, network("loss")],
    words: (now) =>
      `The loss over the sum of the prediction, on a logarithmic axis: a plateau near 1 that falls to 0 around ` +
      `${scientific(now.cliff)}. At ${scientific(now.predicted)} it is ${within(now.loss)}.`,
  });
}

function pullChart() {
  return chart({
    height: 260,
    x: SUMS,
    y: { low: 1e-14, high: 1e6, log: true, say: scientific, label: "pull on each pixel" },
    lines: [
      { role: "faint", dash: "dotted", of: () => strongestPull, words: "1/(4S)", at: 0.6 },
      { role: "loss", of: (now) => (sum) => pullOf(sum, now) },
    ],
    marks: [guessedCliff, theCliff, network("pull")],
    words: (now) =>
      `The pull on each pixel over the sum of the prediction, both on logarithmic axes, below a line that no delta passes. At ` +
      `${scientific(now.predicted)} it is ${scientific(now.pull)}; the most would be ${scientific(now.strongest)}.`,
  });
}

export const declaration = {
  derive,
  parts: () => [
    [lossChart(), live(numbers("loss", "cliff"))],
    [pullChart(), sentence(({ pull, strongest }) => `Each pixel is pulled down with ${scientific(pull)}; 1/(4S)\u00a0=\u00a0${scientific(strongest)} is the most.`, { strong: true })],
  ],
  numbers: {
    loss: { label: "loss", hint: "at S", say: "index" },
    pull: { label: "pull", hint: "on each pixel", say: "scientific" },
    strongest: { label: "most", hint: "of any delta", say: "scientific" },
    cliff: { label: "cliff", hint: "S = δ/α", say: "scientific" },
  },
  words: (now) =>
    `delta ${scientific(now.delta)}, S ${scientific(now.predicted)}: loss ${within(now.loss)}, pull on each pixel ${scientific(now.pull)}, of ` +
    `${scientific(now.strongest)} at most. The cliff stands at ${scientific(now.cliff)}.`,
};
