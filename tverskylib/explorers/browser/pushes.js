// Two penalties beside cross-entropy: where the lowest point goes, and how hard each pushes towards one half.

import { chart } from "./chart.js";
import { confidence, confidenceSlope, crossEntropy, labelNoise, labelNoiseMinimum, labelNoiseSlope } from "./formulas.js";
import { numbers } from "./numbers.js";
import { live } from "./parts.js";
import { decimals, powerOfTen, scientific } from "./words.js";

const EDGE = 1e-6;

/** Where cross-entropy with the confidence penalty is lowest: bisection over the logit, where its slope rises. */
function confidenceMinimum(weight) {
  let [low, high] = [0, 2 / weight + 1];
  for (let k = 0; k < 100; k++) {
    const z = (low + high) / 2;
    if (weight * z < 1 + Math.exp(-z)) low = z;
    else high = z;
  }
  return 1 / (1 + Math.exp(-low));
}

function derive({ weight }) {
  const [noise, sure] = [labelNoiseMinimum(weight), confidenceMinimum(weight)];
  const [withNoise, withConfidence] = [labelNoise, confidence].map((penalty) => (q) => crossEntropy(q) + weight * penalty(q));
  const [noisePush, confidencePush] = [labelNoiseSlope, confidenceSlope].map((slope) => (q) => -weight * slope(q));
  return {
    weight,
    noise,
    confidence: sure,
    noise_push: noisePush(EDGE),
    confidence_push: confidencePush(EDGE),
    curves: { withNoise, withConfidence, noisePush, confidencePush },
  };
}

const losses = () =>
  chart({
    height: 0.86,
    x: { low: 0.002, high: 1.02, ticks: [0.25, 0.5, 0.75, 1], label: "prediction q" },
    y: { low: -0.5, high: 3, label: "loss" },
    lines: [
      { role: "faint", dash: "solid", of: () => to1(crossEntropy), words: "cross-entropy", at: 0.3 },
      { role: "noise", dash: "dashdot", of: (now) => to1(now.curves.withNoise), words: "+ label noise", at: 0.5 },
      { role: "confidence", dash: "dotted", of: (now) => to1(now.curves.withConfidence), words: "+ confidence", at: 0.75 },
    ],
    marks: [
      { kind: "best", role: "noise", at: (now) => [now.noise, now.curves.withNoise(now.noise)], words: (now) => decimals(now.noise) },
      {
        kind: "optimum",
        role: "confidence",
        at: (now) => [Math.min(now.confidence, 1 - 1e-9), now.curves.withConfidence(Math.min(now.confidence, 1 - 1e-9))],
        words: (now) => decimals(now.confidence),
      },
    ],
    words: (now) =>
      `Cross-entropy over the prediction of the right class. With the label noise penalty it is lowest at ` +
      `${decimals(now.noise)}, with the confidence penalty at ${decimals(now.confidence)}.`,
  });

/** A curve that ends where q does. */
function to1(curve) {
  return (q) => (q < 1 ? curve(q) : NaN);
}

const forces = () =>
  chart({
    height: 0.86,
    x: { low: EDGE, high: 0.4, log: true, ticks: [1e-6, 1e-4, 1e-2], say: powerOfTen, label: "q, near 0" },
    y: { low: 1e-2, high: 1e6, log: true, ticks: [1e-2, 1, 100, 1e4, 1e6], say: powerOfTen, label: "push towards one half" },
    lines: [
      { role: "noise", dash: "dashdot", of: (now) => now.curves.noisePush, words: "label noise", at: 0.3 },
      { role: "confidence", dash: "dotted", of: (now) => now.curves.confidencePush, words: "confidence", at: 0.4 },
    ],
    words: (now) =>
      `How hard each penalty pushes towards one half, both axes logarithmic; at the left end, one millionth, label noise pushes with ` +
      `${scientific(now.noise_push)}, confidence with ${scientific(now.confidence_push)}.`,
  });

export const declaration = {
  derive,
  shares: [1, 1],
  parts: () => [
    [losses(), live(numbers("noise", "confidence"))],
    [forces(), live(numbers("noise_push", "confidence_push"))],
  ],
  numbers: {
    noise: { label: "label noise", hint: "lowest at", role: "noise" },
    confidence: { label: "confidence", hint: "lowest at", role: "confidence" },
    noise_push: { label: "label noise", hint: "push at q = 10⁻⁶", say: "scientific" },
    confidence_push: { label: "confidence", hint: "push at q = 10⁻⁶", say: "scientific" },
  },
  words: (now) =>
    `Weight ${decimals(now.weight, 2)}: lowest at ${decimals(now.noise)} with the label noise penalty, at ` +
    `${decimals(now.confidence)} with the confidence penalty.`,
};
