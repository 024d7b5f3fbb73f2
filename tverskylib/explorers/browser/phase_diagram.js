// Where Claim 1 holds: a point to move over the share of foreground and epsilon.

import { bars } from "./bars.js";
import { chart } from "./chart.js";
import { bandsOf, CANDIDATES, criticalAt, indicesAt, lesionOrder, optimumAt, placesOf } from "./claim1_data.js";
import { FRACTIONS } from "./constants.js";
import { backgroundLabel, foregroundLabel, optimalThreshold } from "./formulas.js";
import { sentence } from "./numbers.js";
import { live } from "./parts.js";
import { smallMasks } from "./small_masks.js";
import { decimals, percent, pixels } from "./words.js";

const SIDE = 100; // pixels of a small mask, so that a share of one in 10,000 is still one of them
const HIGHEST = 0.5;
const spread = (many, at) => Array.from({ length: many + 1 }, (_, k) => at(k / many));
const EPSILONS = spread(160, (share) => share * 0.499);
const SHARES = spread(60, (share) => FRACTIONS[0] * (FRACTIONS[1] / FRACTIONS[0]) ** share);

function derive(values, data) {
  const { p, epsilon, alpha, beta, delta, num_classes: classes } = values;
  const place = [p, delta, alpha, beta, epsilon, classes];
  const setting = [alpha, beta, delta, classes].join();
  if (data.setting !== setting) {
    const coarse = EPSILONS.filter((_, k) => k % 5 === 2);
    Object.assign(data, { setting, bands: bandsOf(EPSILONS, FRACTIONS, values), letters: placesOf(SHARES, coarse, values) });
  }
  const best = optimumAt(...place);
  const [zero, target, one] = indicesAt(...place);
  const critical = criticalAt(alpha, beta, epsilon, classes);
  const labels = [foregroundLabel(epsilon, classes), backgroundLabel(epsilon, classes)];
  const tau = optimalThreshold(target, alpha, beta);
  return { ...values, ...data, best, zero, target, one, critical, labels, tau, lesion: Math.max(1, Math.round(p * SIDE * SIDE)) };
}

function verdict({ best }) {
  return `Claim 1 ${CANDIDATES[best].name === "target" ? "holds" : "FAILS"} here: ${CANDIDATES[best].words}.`;
}

/** What is behind it: whether the mask's own threshold lies between the two labels. */
function behind({ tau, labels: [a, b] }) {
  const place = tau < b ? "below both labels" : tau > a ? "above both labels" : "between the two labels";
  return `The mask's index has τ = ${decimals(tau)}: ${place}, ${decimals(b)} and ${decimals(a)}.`;
}

function diagram() {
  return chart({
    height: 0.78,
    x: { low: FRACTIONS[0], high: FRACTIONS[1], log: true, ticks: [0.0001, 0.001, 0.01, 0.1, 0.5], say: (p) => `${100 * p} %`, label: "share of foreground p" },
    y: { low: 0, high: HIGHEST, label: "epsilon" },
    areas: [
      { role: "tp", pale: true, of: () => [{ from: FRACTIONS[0], to: FRACTIONS[1], low: 0, high: HIGHEST }] },
      { role: "fn", pale: true, of: (now) => now.bands.zero },
      { role: "fp", pale: true, of: (now) => now.bands.one },
    ],
    lines: [
      { role: "loss", of: (now) => now.bands.zero },
      { role: "loss", of: (now) => now.bands.one },
      { role: "faint", dash: "dotted", of: ({ history }) => ({ x: history.map(({ p }) => p), y: history.map(({ epsilon }) => epsilon) }) },
    ],
    marks: [
      { kind: "letter", at: ({ letters }) => letters.filter(Boolean), text: ({ letters }, k) => CANDIDATES.filter((_, one) => letters[one])[k].letter },
      { kind: "dot", role: "faint", at: ({ history }) => history.map(({ p, epsilon }) => [p, epsilon]) },
      { kind: "before", role: "faint", at: ({ guess, epsilon }) => [guess, epsilon], when: ({ guess, p }) => guess !== null && guess !== p, words: "your guess" },
      { kind: "here", at: ({ p, epsilon }) => [p, epsilon], drag: { label: "the point of the diagram: left and right change p, up and down epsilon", x: "p", y: "epsilon" } },
    ],
    words: (now) =>
      `Which prediction is best, over the share of foreground p (logarithmic) and epsilon. The point stands at p ` +
      `${percent(now.p)}, epsilon ${decimals(now.epsilon, 2)}, where the best is to ${CANDIDATES[now.best].words}.`,
  });
}

const row = (candidate) => ({
  role: `region-${candidate.name}`,
  label: `${candidate.letter}: ${candidate.words.replace("predict ", "")}`,
  of: (now) => now[candidate.name],
  say: "four",
});

export const declaration = {
  data: () => ({}),
  derive,
  shares: [7, 6],
  parts: () => [
    [diagram(), live(sentence(({ delta, critical }) => {
      const from = Number.isFinite(critical) ? `from a share p* = ${percent(critical)} on` : "for no share below 100 %";
      return `Without delta, the claim holds ${from}.${delta > 0 ? " Here delta has moved the boundary." : ""}`;
    }))],
    [
      sentence(verdict, { strong: true }),
      live(
        smallMasks(
          SIDE,
          lesionOrder(SIDE),
          [
            {
              grey: ({ labels }) => labels,
              title: ({ labels: [a, b] }) => `the smoothed mask: a\u00a0=\u00a0${decimals(a)}, b\u00a0=\u00a0${decimals(b)}`,
              words: ({ lesion, labels: [a, b] }) =>
                `A small mask with ${pixels(lesion)} of 10,000 pixels of foreground, in shades of grey: foreground ${decimals(a)}, background ${decimals(b)}.`,
            },
            {
              grey: ({ best }) => [CANDIDATES[best].u, CANDIDATES[best].v],
              title: ({ best }) => `the best prediction: ${CANDIDATES[best].words.replace("predict ", "")}`,
              words: ({ best }) => `The prediction with the best index against it: ${CANDIDATES[best].words}.`,
            },
          ],
          ({ lesion }) => lesion,
        ),
      ),
      bars({
        caption: "index against the smoothed mask",
        rows: CANDIDATES.map(row),
        scale: [0, 1],
        best: ({ best }) => best,
      }),
      live(sentence(behind)),
    ],
  ],
  numbers: {
    zero: { label: "index of predicting nothing", say: "four" },
    target: { label: "index of predicting the mask", say: "four" },
    one: { label: "index of predicting everything", say: "four" },
    tau: { label: "tau", hint: "of the mask's index", say: "four" },
    critical: { label: "p*", hint: "with delta 0", say: "percent" },
  },
  words: (now) =>
    `p ${percent(now.p)}, epsilon ${decimals(now.epsilon, 2)}. ${verdict(now)} ` +
    CANDIDATES.map(({ words, name }) => `Index of ${words}: ${decimals(now[name], 4)}.`).join(" "),
};
