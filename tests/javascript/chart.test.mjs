// Ticks and the places of words: what a chart decides by itself.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ticksOf } from "../../tverskylib/explorers/browser/axes.js";
import { fitted } from "../../tverskylib/explorers/browser/chart.js";
import { contours } from "../../tverskylib/explorers/browser/contours.js";
import { around, placeLabels } from "../../tverskylib/explorers/browser/labels.js";
import { wishOf } from "../../tverskylib/explorers/browser/links.js";
import { plain, within } from "../../tverskylib/explorers/browser/words.js";

const texts = (ticks) => ticks.map(([, text]) => text);

test("ticks are round, and as many as there is room for", () => {
  assert.deepEqual(texts(ticksOf({ low: 0, high: 1 }, 5)), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  assert.deepEqual(texts(ticksOf({ low: 0, high: 1 }, 2)), ["0", "0.5", "1"]);
  assert.deepEqual(texts(ticksOf({ low: -3, high: 3 }, 3)), ["−2", "0", "2"]);
  assert.equal(ticksOf({ low: 1e-6, high: 1, log: true }, 4).length, 4);
  assert.deepEqual(texts(ticksOf({ low: 0, high: 1, ticks: [0, 0.5, 1], say: (x) => `${100 * x} %` }, 2)), ["0 %", "100 %"]);
});

test("a chart is no higher than the screen allows", () => {
  const unit = { low: 0, high: 1 };
  assert.deepEqual(fitted({ x: unit, y: unit, height: 0.5 }, 800, 16, Infinity), [800, 400]);
  assert.deepEqual(fitted({ x: unit, y: unit, height: 0.5 }, 800, 16, 300), [800, 300]);
});

test("words avoid each other, the curve, and the edge", () => {
  const box = { left: 0, right: 400, width: 400, height: 300, bottom: 300 };
  const wanted = [
    { text: "one", spots: around([200, 150]) },
    { text: "two", spots: around([200, 150]) },
  ];
  const [one, two] = placeLabels(wanted, [], box, 16);
  assert.notDeepEqual([one.x, one.y], [two.x, two.y]);
  const curve = Array.from({ length: 100 }, (_, k) => [200 + k, 150]);
  assert.notEqual(placeLabels(wanted.slice(0, 1), curve, box, 16)[0].anchor, "start");
  assert.equal(placeLabels([{ text: "outside", spots: around([399, 150]) }], [], box, 16)[0].anchor, "end");
});

test("the words of a level line are left out where they would stand on others", () => {
  const box = { left: 0, right: 60, width: 60, height: 30, bottom: 30 };
  const spots = [{ x: 5, y: 20, anchor: "start" }];
  const places = (optional) => placeLabels([{ text: "here", spots }, { text: "0.1", spots, optional }], [], box, 16);
  assert.deepEqual(places(true).map(({ omitted }) => Boolean(omitted)), [false, true]);
  assert.deepEqual(places(false).map(({ omitted }) => Boolean(omitted)), [false, false]);
});

test("links say which explorer they mean, and what to set", () => {
  assert.deepEqual(wishOf("#tversky:threshold?beta=0.9&alpha=0.1"), { name: "threshold", values: { beta: 0.9, alpha: 0.1 } });
  assert.deepEqual(wishOf("lesson.ipynb#tversky:simplex?loss=entropy"), { name: "simplex", values: { loss: "entropy" } });
  assert.equal(wishOf("#heading"), null);
  assert.equal(wishOf(null), null);
});

test("a number that is nearly 1, or nearly 0, is not said to be", () => {
  assert.equal(within(0.99999999), "> 0.999");
  assert.equal(within(1e-9), "< 0.001");
  assert.equal(within(1), "1.000");
  assert.equal(within(0), "0.000");
  assert.equal(plain(0.30000000000000004), "0.3");
  assert.equal(plain(-2), "−2");
});

test("a level line of a cone is a circle", () => {
  const [{ x, y }] = contours(Math.hypot, [0.5], { x: [-1, 1], y: [-1, 1] });
  const radii = x.map((value, k) => Math.hypot(value, y[k])).filter((radius) => !Number.isNaN(radius));
  assert.ok(radii.length > 100);
  assert.ok(radii.every((radius) => Math.abs(radius - 0.5) < 1e-2));
});
