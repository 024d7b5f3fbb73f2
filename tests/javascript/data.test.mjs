// What the explorers compute from their values, against results that can be counted by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compose } from "../../tverskylib/explorers/browser/composer_data.js";
import { bandsOf, criticalAt, lesionOrder, optimumAt, placesOf } from "../../tverskylib/explorers/browser/claim1_data.js";
import { STEPS } from "../../tverskylib/explorers/browser/constants.js";
import {
  bestOf,
  countAll,
  countsAt,
  curveOf,
  between,
  heightAt,
  shareNear,
  sortedCurve,
  stepOf,
} from "../../tverskylib/explorers/browser/masks.js";
import { paintBoth } from "../../tverskylib/explorers/browser/pixels.js";

const CODES = Uint16Array.from([0, 300, 500, 500, 700, STEPS]);
const TARGET = Uint8Array.from([0, 0, 1, 0, 1, 1]);

test("a pixel belongs to the mask from its own threshold downwards", () => {
  const all = countAll(CODES, TARGET);
  assert.deepEqual(countsAt(all, 0), [3, 3, 0]);
  assert.deepEqual(countsAt(all, 500), [3, 1, 0]);
  assert.deepEqual(countsAt(all, 501), [2, 0, 1]);
  assert.deepEqual(countsAt(all, STEPS), [1, 0, 2]);
});

test("the best threshold is the lowest of the best", () => {
  const curve = curveOf(countAll(CODES, TARGET), 0.5, 0.5);
  assert.equal(curve.length, STEPS + 1);
  assert.equal(bestOf(curve), 301);
  assert.equal(curve[301], 3 / 3.5);
  assert.equal(bestOf(Float64Array.from([NaN, NaN])), -1);
  assert.equal(bestOf(Float64Array.from([NaN, 0, 0])), 1);
});

test("the share of foreground near a threshold; none where there is no pixel", () => {
  const all = countAll(CODES, TARGET);
  assert.deepEqual(shareNear(all, 500), { share: 0.5, pixels: 2 });
  assert.deepEqual(shareNear(all, 100), { share: NaN, pixels: 0 });
  assert.deepEqual(shareNear(all, STEPS), { share: 1, pixels: 1 }, "the last step is included");
});

test("each kind of pixel has its own colour, four dots each", () => {
  const { inside, outside } = paintBoth({ grey: new Uint8Array(6).fill(128), target: TARGET, width: 6, height: 1 });
  assert.equal(inside.length, 24);
  assert.notEqual(inside[4], outside[4], "found, or missed");
  assert.notEqual(inside[0], outside[0], "by mistake, or rightly left");
  assert.equal(outside[0], outside[2], "what is left alone is plain");
  assert.equal(inside[4] >>> 24, 255, "opaque");
});

test("pixels sorted by chance: a curve of steps, cut where the mask ends", () => {
  const curve = sortedCurve(Float64Array.from([3, 0.9, 1, 0.4]));
  assert.deepEqual(curve, { x: [0, 0.75, 0.75, 1], y: [0.9, 0.9, 0.4, 0.4] });
  assert.deepEqual(between(curve, 0, 0.5), { x: [0, 0.5], y: [0.9, 0.9] });
  assert.deepEqual(between(curve, 0.5, 1), { x: [0.5, 0.75, 0.75, 1], y: [0.9, 0.9, 0.4, 0.4] });
  assert.deepEqual(between(curve, 1, 1), { x: [], y: [] });
  assert.equal(heightAt(curve, 0.75, 1), 0.4, "the next pixel");
  assert.equal(heightAt(curve, 0.75, -1), 0.9, "the last pixel");
});

test("the step whose mask has about so many pixels", () => {
  const all = countAll(CODES, TARGET);
  assert.equal(stepOf(all, 6), 0);
  assert.equal(stepOf(all, 4.1), 301);
  assert.equal(stepOf(all, 0), 701);
});

test("Claim 1 fails below the critical share and holds above it", () => {
  const critical = criticalAt(0.5, 0.5, 0.2, 2);
  assert.ok(Math.abs(critical - 0.0138888889) < 1e-9);
  assert.equal(optimumAt(critical * 0.999, 0, 0.5, 0.5, 0.2, 2), 2);
  assert.equal(optimumAt(critical * 1.001, 0, 0.5, 0.5, 0.2, 2), 1);
  assert.equal(optimumAt(0.01, 1, 1.8, 0.2, 0.45, 2), 0);
  assert.equal(criticalAt(0.3, 0.7, 0.4, 1), Infinity);
});

test("bands end where the best prediction changes, and letters stand inside", () => {
  const epsilons = [0.05, 0.2, 0.4];
  const setting = { delta: 0, alpha: 0.5, beta: 0.5, num_classes: 2 };
  const { one, zero } = bandsOf(epsilons, [1e-4, 0.5], setting);
  epsilons.forEach((epsilon, k) => {
    assert.equal(optimumAt(one.right[k] * 0.999, 0, 0.5, 0.5, epsilon, 2), 2);
    assert.equal(optimumAt(one.right[k] * 1.001, 0, 0.5, 0.5, epsilon, 2), 1);
    assert.ok(Math.abs(one.x[k] - criticalAt(0.5, 0.5, epsilon, 2)) < 1e-12);
    assert.equal(zero.left[k], zero.right[k], "nothing is nowhere best");
  });
  const shares = Array.from({ length: 40 }, (_, k) => 1e-4 * 5000 ** (k / 39));
  const [nothing, mask, everything] = placesOf(shares, epsilons, setting);
  assert.equal(nothing, null);
  assert.equal(optimumAt(mask[0], 0, 0.5, 0.5, mask[1], 2), 1);
  assert.equal(optimumAt(everything[0], 0, 0.5, 0.5, everything[1], 2), 2);
});

test("the lesion grows from the middle, pixel by pixel", () => {
  const place = lesionOrder(11);
  assert.equal(place[60], 0);
  assert.deepEqual([...place].sort((a, b) => a - b), [...place.keys()]);
});

test("a batch: the counterexample of the lesson lies outside", () => {
  const found = compose([[0, 1, 0], [0, 1, 0]], 0.5, 0.5, 1);
  assert.equal(found.lies, "outside");
  assert.ok(Math.abs(found.imageLoss - 1 / 3) < 1e-15);
  assert.ok(Math.abs(found.batchLoss - 1 / 2) < 1e-15);
});

test("a batch: weights make the batch-wise index a mean of the images'", () => {
  const counts = [[900, 100, 100], [20, 40, 40], [3, 0, 7]];
  const found = compose(counts, 0.3, 0.7, 0);
  const mean = found.images.reduce((sum, { weight, index }) => sum + weight * index, 0);
  assert.ok(Math.abs(mean - found.batchIndex) < 1e-12);
  assert.equal(found.lies, "between");
});

test("a batch: nothing at all is undefined, not a number", () => {
  const found = compose([[0, 0, 0], [5, 1, 1]], 0.5, 0.5, 0);
  assert.equal(found.lies, "undefined");
  assert.ok(Number.isNaN(found.imageLoss) && !Number.isNaN(found.batchLoss));
});
