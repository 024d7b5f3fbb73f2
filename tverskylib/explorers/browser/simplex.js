// The triangle of all distributions over three classes, with level lines of a loss around its lowest point.

import { bars } from "./bars.js";
import { chart } from "./chart.js";
import { crossEntropy, entropyOfThree, fromUniformOfThree, smoothCrossEntropyOfThree, smoothLabelOfThree, toUniformOfThree } from "./formulas.js";
import { live } from "./parts.js";
import { decimals } from "./words.js";

// A place in the picture is [x, y] with y the share of class 1: its corner is the top, class 2 is left, class 3 right.
const cornered = ([one, , three]) => [one / 2 + three, one];
const sharesAt = (x, y) => [y, 1 - y / 2 - x, x - y / 2];
const UNIFORM = [1 / 3, 1 / 3, 1 / 3];
const RAYS = 180;
const ABOVE = [0.02, 0.1, 0.3, 0.8, 1.6]; // the level lines: so much above the lowest loss
const SHORT = { smooth: "smooth label", hard: "one-hot label", from_uniform: "KL(u ‖ ŷ)", to_uniform: "KL(ŷ ‖ u)" };
const NAMES = { smooth: "cross-entropy, smooth label", hard: "cross-entropy, one-hot label", from_uniform: "KL(uniform ‖ prediction)", to_uniform: "KL(prediction ‖ uniform)" };

const lossesOf = (q, epsilon) => ({
  hard: crossEntropy(q[0]),
  smooth: smoothCrossEntropyOfThree(...q, epsilon),
  from_uniform: fromUniformOfThree(...q),
  to_uniform: toUniformOfThree(...q),
});

/** How far a ray from a place goes inside the triangle. */
function reach([x, y], [across, up]) {
  const shares = sharesAt(x, y);
  const rates = sharesAt(across, up).map((rate, k) => rate - sharesAt(0, 0)[k]);
  return Math.min(...shares.map((share, k) => (rates[k] < 0 ? Math.max(0, share) / -rates[k] : Infinity)));
}

/** The line where f is so much above its value at a lowest place: on every ray from there, found by bisection. */
function levelLine(f, lowest, level) {
  const line = { x: [], y: [] };
  for (let k = 0; k <= RAYS; k++) {
    const angle = (2 * Math.PI * k) / RAYS;
    const way = [Math.cos(angle), Math.sin(angle)];
    const at = (far) => [lowest[0] + far * way[0], lowest[1] + far * way[1]];
    let [near, far] = [0, reach(lowest, way) * (1 - 1e-9)];
    const crosses = far > 1e-6 && f(...sharesAt(...at(far))) > level;
    for (let step = crosses ? 30 : 0; step > 0; step--) {
      const middle = (near + far) / 2;
      if (f(...sharesAt(...at(middle))) > level) far = middle;
      else near = middle;
    }
    const [x, y] = crosses ? at(far) : [NaN, NaN];
    line.x.push(x);
    line.y.push(y);
  }
  return line;
}

function derive({ share, split, epsilon, loss, history }, data) {
  const predicted = (first, part) => [first, (1 - first) * part, (1 - first) * (1 - part)];
  const q = predicted(share, split);
  const first = smoothLabelOfThree(epsilon);
  const label = predicted(first, 0.5);
  if (data.setting !== `${loss} ${epsilon}`) {
    const lowest = { smooth: label, hard: [1, 0, 0] }[loss] ?? UNIFORM;
    const f = (...at) => lossesOf(at, epsilon)[loss];
    const least = first === 1 && loss === "smooth" ? 0 : f(...lowest);
    Object.assign(data, { setting: `${loss} ${epsilon}`, lines: ABOVE.map((above) => levelLine(f, cornered(lowest), least + above)) });
  }
  const trail = history.map((one) => cornered(predicted(one.share, one.split)));
  return { share, split, epsilon, loss, q, label, trail, lines: data.lines, entropy: entropyOfThree(...q), ...lossesOf(q, epsilon) };
}

const triangle = () =>
  chart({
    height: 0.87,
    x: { low: -0.04, high: 1.04, ticks: [], bare: true },
    y: { low: -0.04, high: 1.06, ticks: [0, 1], bare: true },
    lines: [
      { role: "faint", of: () => ({ x: [0, 1, 0.5, 0], y: [0, 0, 1, 0] }) },
      ...ABOVE.map((above, k) => ({ role: "level", width: 1.5, of: (now) => now.lines[k], words: `+${above}`, at: 0.75 })),
      { role: "faint", dash: "dotted", of: ({ trail }) => ({ x: trail.map(([x]) => x), y: trail.map(([, y]) => y) }) },
    ],
    marks: [
      { kind: "letter", at: () => [[0.5, 1], [0, 0], [1, 0]], text: (_, k) => String(k + 1) },
      { kind: "dot", role: "faint", at: () => cornered(UNIFORM), words: "uniform" },
      { kind: "optimum", role: "noise", at: ({ label }) => cornered(label), words: "smooth label" },
      {
        kind: "here",
        at: ({ q }) => cornered(q),
        words: (now) => decimals(now[now.loss]),
        drag: {
          label: "the prediction",
          x: { name: "split", of: (x, { share }) => 1 - (x - share / 2) / (1 - share), reversed: true },
          y: "share",
        },
      },
    ],
    words: (now) =>
      `A triangle whose corners are three classes, class 1 at the top. The prediction is ${now.q.map((one) => decimals(one, 2)).join(", ")}, ` +
      `the smooth label ${now.label.map((one) => decimals(one, 2)).join(", ")}. Lines of equal ${NAMES[now.loss]}.`,
  });

export const declaration = {
  data: () => ({}),
  derive,
  shares: [3, 2],
  parts: () => [
    [triangle()],
    [
      live(bars({
        caption: "entropy of this prediction; cross-entropy with both labels; divergences from the uniform u; in nats",
        rows: [
          { role: "level", label: "entropy", of: ({ entropy }) => entropy },
          ...Object.entries(SHORT).map(([name, label]) => ({ role: "level", label, of: (now) => now[name] })),
        ],
        scale: [0, 4.5],
        best: ({ loss }) => 1 + Object.keys(NAMES).indexOf(loss),
        word: "",
      })),
    ],
  ],
  numbers: {
    entropy: { label: "entropy of the prediction" },
    ...Object.fromEntries(Object.entries(NAMES).map(([name, label]) => [name, { label }])),
  },
  words: (now) =>
    `Prediction ${now.q.map((one) => decimals(one, 2)).join(", ")}. ` +
    Object.entries(NAMES).map(([name, label]) => `${label}: ${decimals(now[name])}.`).join(" "),
};
