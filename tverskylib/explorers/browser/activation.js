// From logits to probabilities: softmax shares 1 among the classes, a sigmoid looks at its own logit alone.

import { bars } from "./bars.js";
import { chart } from "./chart.js";
import { sigmoid, softmax } from "./formulas.js";
import { decimals } from "./words.js";

const CLASSES = [1, 2, 3];

function derive({ z1, z2, z3 }) {
  const now = { logits: [z1, z2, z3] };
  for (const k of CLASSES) {
    const others = now.logits.filter((_, other) => other !== k - 1);
    now[`share${k}`] = softmax(now.logits[k - 1], ...others);
    now[`alone${k}`] = sigmoid(now.logits[k - 1]);
  }
  return now;
}

function curve() {
  return chart({
    height: 0.6,
    x: { low: -8, high: 8, ticks: [-8, -4, 0, 4, 8], label: "logit" },
    y: { low: 0, high: 1, label: "sigmoid" },
    lines: [{ role: "faint", of: () => sigmoid }],
    marks: CLASSES.map((k) => ({
      kind: "here",
      at: ({ logits }) => [logits[k - 1], sigmoid(logits[k - 1])],
      text: () => String(k),
      drag: { label: `class ${k} on the sigmoid`, x: `z${k}` },
    })),
    words: (now) => `The S-shaped sigmoid, with the three classes at ${CLASSES.map((k) => decimals(now[`alone${k}`])).join(", ")}.`,
  });
}

function probabilities(caption, name) {
  return bars({ caption, rows: CLASSES.map((k) => ({ role: "faint", label: `class ${k}`, of: (now) => now[`${name}${k}`] })), scale: [0, 1] });
}

export const declaration = {
  derive,
  parts: () => [[curve()], [probabilities("softmax: shares of 1", "share"), probabilities("sigmoid: each class alone", "alone")]],
  numbers: Object.fromEntries([
    ...CLASSES.map((k) => [`share${k}`, { label: "softmax", hint: `class ${k}` }]),
    ...CLASSES.map((k) => [`alone${k}`, { label: "sigmoid", hint: `class ${k}` }]),
  ]),
  words: (now) =>
    `Logits ${now.logits.map((logit) => decimals(logit, 1)).join(", ")}. Softmax ${CLASSES.map((k) => decimals(now[`share${k}`])).join(", ")}; ` +
    `sigmoid ${CLASSES.map((k) => decimals(now[`alone${k}`])).join(", ")}.`,
};
