// Why accuracy deceives: a thousand pixels as two predictors see them, accuracy and Dice.

import { bars } from "./bars.js";
import { chart } from "./chart.js";
import { tverskyIndex } from "./formulas.js";
import { legend } from "./numbers.js";
import { live } from "./parts.js";
import { decimals, percent } from "./words.js";

const [ROWS, COLUMNS] = [20, 50];
const MANY = ROWS * COLUMNS;
const [LEAST, MOST] = [0.001, 0.5];
// False alarms lie scattered: in the order of the fractions of multiples of the golden ratio.
const SCATTERED = Array.from({ length: MANY }, (_, k) => k).sort((a, b) => scatter(a) - scatter(b));

function scatter(k) {
  return (k * 0.6180339887498949) % 1;
}

/** Accuracy and Dice, from the shares of all pixels that are found, marked by mistake and missed. */
function scores(p, sensitivity, falseAlarms) {
  const [tp, fp, fn] = [sensitivity * p, falseAlarms * (1 - p), (1 - sensitivity) * p];
  return { accuracy: 1 - fp - fn, dice: tverskyIndex(tp, fp, fn, 0.5, 0.5, 0) };
}

/** What becomes of each of the thousand pixels; the foreground comes first. */
function painted(p, sensitivity, falseAlarms) {
  const foreground = Math.round(MANY * p);
  const found = Math.round(sensitivity * foreground);
  const marked = new Set(SCATTERED.filter((k) => k >= foreground).slice(0, Math.round(falseAlarms * (MANY - foreground))));
  const kinds = { tp: [], fp: [], fn: [], tn: [] };
  for (let k = 0; k < MANY; k++) {
    const kind = k < foreground ? (k < found ? "tp" : "fn") : marked.has(k) ? "fp" : "tn";
    const [column, row] = [Math.floor(k / ROWS), ROWS - 1 - (k % ROWS)];
    kinds[kind].push({ from: column + 0.08, to: column + 0.92, low: row + 0.08, high: row + 0.92 });
  }
  return kinds;
}

function derive({ p, sensitivity, false_alarms: falseAlarms, guess, history }) {
  const [nothing, some] = [scores(p, 0, 0), scores(p, sensitivity, falseAlarms)];
  const visited = [p, ...history.map((before) => before.p)];
  return {
    p,
    sensitivity,
    falseAlarms,
    guess,
    pictures: { nothing: painted(p, 0, 0), some: painted(p, sensitivity, falseAlarms) },
    // The curves are drawn by those who move: as far as they have been.
    seen: guess === null ? [Math.min(...visited), Math.max(...visited)] : [LEAST, MOST],
    accuracy_nothing: nothing.accuracy,
    dice_nothing: nothing.dice,
    accuracy_some: some.accuracy,
    dice_some: some.dice,
  };
}

function pixelsOf(name, words) {
  const area = (role) => ({ role, of: ({ pictures }) => pictures[name][role] });
  return chart({
    equal: true,
    x: { low: 0, high: COLUMNS, bare: true },
    y: { low: 0, high: ROWS, bare: true, label: words },
    areas: ["tn", "tp", "fp", "fn"].map(area),
    marks: [
      {
        kind: "rule",
        at: ({ p }) => [p * COLUMNS, null],
        drag: { label: `the edge of the foreground; the predictor that ${words}`, x: { name: "p", of: (column) => column / COLUMNS } },
      },
    ],
    words: ({ pictures: { [name]: { tp, fp, fn, tn } } }) =>
      `A thousand pixels of the predictor that ${words}: ${tp.length} of the foreground found, ${fn.length} missed, ` +
      `${fp.length} of the background marked by mistake, ${tn.length} left alone.`,
  });
}

function curves() {
  const of = (which) => (now) => (p) => (p >= now.seen[0] && p <= now.seen[1] * 1.0001 ? which(p, now) : NaN);
  const some = (p, { sensitivity, falseAlarms }) => scores(p, sensitivity, falseAlarms);
  return chart({
    height: 230,
    x: { low: LEAST, high: MOST, log: true, ticks: [0.001, 0.01, 0.1, 0.5], say: (p) => `${100 * p} %`, label: "share of foreground p" },
    y: { low: 0, high: 1.02, label: "accuracy, and Dice" },
    lines: [
      { role: "faint", dash: "dashed", of: of((p) => scores(p, 0, 0).accuracy), words: "accuracy of nothing", at: 0.3 },
      { role: "level", of: of((p, now) => some(p, now).accuracy), words: "accuracy of some", at: 0.8 },
      { role: "loss", of: of((p, now) => some(p, now).dice), words: "Dice of some", at: 0.5 },
    ],
    marks: [
      { kind: "rule", role: "faint", dash: "dotted", at: ({ guess }) => [guess, null], when: ({ guess, p }) => guess !== null && guess !== p, words: "your guess" },
      { kind: "rule", at: ({ p }) => [p, null], drag: { label: "the share of foreground", x: "p" } },
    ],
    words: (now) =>
      `Accuracy of both predictors, and Dice of the one that finds some, over the share of foreground, as far as you have ` +
      `moved it. At ${percent(now.p)} they are ${decimals(now.accuracy_nothing)}, ${decimals(now.accuracy_some)} and ${decimals(now.dice_some)}.`,
  });
}

const NAMES = { nothing: "finds nothing", some: "finds some" };

function compared(score, caption) {
  const rows = ["nothing", "some"].map((name) => ({ role: "faint", label: name, of: (now) => now[`${score}_${name}`] }));
  return bars({ caption, rows, scale: [0, 1], best: (now) => Number(rows[1].of(now) > rows[0].of(now)), word: "better" });
}

export const declaration = {
  derive,
  parts: () => [
    [
      pixelsOf("nothing", NAMES.nothing),
      pixelsOf("some", NAMES.some),
      legend([["tp", "TP, found"], ["fn", "FN, missed"], ["fp", "FP, by mistake"]]),
    ],
    [compared("accuracy", "accuracy of finding"), compared("dice", "Dice of finding"), live(curves())],
  ],
  numbers: {
    accuracy_nothing: { label: "accuracy", hint: "finds nothing" },
    dice_nothing: { label: "Dice", hint: "finds nothing" },
    accuracy_some: { label: "accuracy", hint: "finds some" },
    dice_some: { label: "Dice", hint: "finds some" },
  },
  words: (now) =>
    `p ${percent(now.p)}. Finding nothing: accuracy ${decimals(now.accuracy_nothing)}, Dice ${decimals(now.dice_nothing)}. ` +
    `Finding ${percent(now.sensitivity)} with false alarms in ${percent(now.falseAlarms)} of the background: accuracy ` +
    `${decimals(now.accuracy_some)}, Dice ${decimals(now.dice_some)}.`,
};
