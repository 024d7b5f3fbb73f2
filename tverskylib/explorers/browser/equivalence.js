// Cross-entropy with smooth labels against cross-entropy with a penalty, and what is left between them.

import { chart } from "./chart.js";
import {
  crossEntropy,
  effectiveWeight,
  foregroundLabel,
  leftOver,
  penalisedMinimum,
  smoothCrossEntropy,
  uniformDivergence,
  weightOfMinimum,
} from "./formulas.js";
import { numbers, sentence } from "./numbers.js";
import { live } from "./parts.js";
import { decimals } from "./words.js";

const NEARLY_SURE = 0.99;
const Q = { low: 0.001, high: 0.999, ticks: [0.25, 0.5, 0.75], label: "prediction q" };

function derive({ epsilon, weight, guess }) {
  const penalty = (q) => crossEntropy(q) + weight * uniformDivergence(q);
  const rest = (q) => leftOver(q, epsilon, weight);
  const [smooth, penalised] = [foregroundLabel(epsilon, 2), penalisedMinimum(weight)];
  const exact = effectiveWeight(epsilon);
  return { epsilon, weight, guess, penalty, rest, smooth, penalised, exact, difference: rest(NEARLY_SURE), same: Math.abs(weight - exact) < 1e-9 };
}

const losses = () =>
  chart({
    height: 0.8,
    x: Q,
    y: { low: 0, high: 2.5, label: "loss" },
    lines: [
      { role: "loss", of: (now) => (q) => smoothCrossEntropy(q, now.epsilon), words: "smooth labels", at: 0.5 },
      { role: "noise", dash: "dashdot", of: (now) => now.penalty, words: "with penalty", at: 0.05 },
    ],
    marks: [
      {
        kind: "before",
        role: "faint",
        at: (now) => [penalisedMinimum(now.guess), now.penalty(penalisedMinimum(now.guess))],
        when: (now) => now.guess !== null && now.guess !== now.weight,
        words: "your guess",
      },
      { kind: "best", at: (now) => [now.smooth, smoothCrossEntropy(now.smooth, now.epsilon)], when: (now) => now.epsilon > 0 },
      {
        kind: "here",
        role: "noise",
        at: (now) => [now.penalised, now.penalty(now.penalised)],
        when: (now) => now.weight > 0,
        drag: { label: "the lowest point with penalty", x: { name: "weight", of: weightOfMinimum, reversed: true } },
      },
    ],
    words: (now) =>
      `Two losses over the prediction of the right class. With smooth labels it is lowest at ${decimals(now.smooth)}, with ` +
      `the penalty at ${decimals(now.penalised)}.`,
  });

const difference = () =>
  chart({
    height: 0.8,
    x: Q,
    y: { low: -0.1, high: 0.2, label: "what is left between them" },
    lines: [
      { role: "faint", of: () => () => 0 },
      { role: "level", of: (now) => now.rest, words: (now) => (now.same ? "nothing" : "difference"), at: 0.12 },
    ],
    words: (now) =>
      `The first loss minus the second, scaled by 1 − ε and lifted by ε log 2: ` +
      (now.same ? "0 everywhere." : `${decimals(now.difference)} at q = ${NEARLY_SURE}.`),
  });

export const declaration = {
  derive,
  shares: [1, 1],
  parts: () => [
    [losses(), live(numbers("smooth", "penalised"))],
    [
      difference(),
      live(numbers("exact", "difference")),
      live(sentence((now) => (now.same ? "The same loss, scaled and lifted." : "Not the same loss."), { strong: true })),
    ],
  ],
  numbers: {
    smooth: { label: "smooth labels", hint: "lowest at" },
    penalised: { label: "penalty", hint: "lowest at" },
    exact: { label: "ε / (1 − ε)" },
    difference: { label: "difference", hint: "at q = 0.99" },
  },
  words: (now) =>
    `With epsilon ${decimals(now.epsilon, 2)} smooth labels are lowest at ${decimals(now.smooth)}; with weight ` +
    `${decimals(now.weight)} the penalty is lowest at ${decimals(now.penalised)}. ` +
    (now.same ? "They are the same loss, scaled and lifted." : `They are not the same loss; ${decimals(now.exact)} would be the weight.`),
};
