// Where the words of lines and marks stand: near what they name, and not on each other, not on a curve, not outside.

import { widthOf } from "./axes.js";

const GAP = 0.3; // between two words, in letters' heights

/**
 * Places for labels, one after the other.
 *
 * @param {object[]} wanted {text, spots: [{x, y, anchor}], optional}: spots in order of preference
 * @param {number[][]} points of the curves, [x, y]
 * @returns {object[]} the spot of each, {x, y, anchor, omitted}: omitted where it is optional and would stand on another word
 */
export function placeLabels(wanted, points, box, size) {
  const taken = [];
  return wanted.map(({ text, spots, optional }) => {
    let best = null;
    spots.forEach((spot, index) => {
      const least = best?.cost ?? Infinity;
      let cost = 0.5 * index;
      if (cost >= least) return;
      const area = areaOf(text, spot, size);
      cost += 1000 * outside(area, box) + 100 * taken.filter((other) => meets(area, other, GAP * size)).length;
      for (let k = 0; k < points.length && cost < least; k++) {
        const [x, y] = points[k];
        if (x > area.left && x < area.right && y > area.top && y < area.bottom) cost += 3;
      }
      if (cost < least) best = { ...spot, cost, area };
    });
    const omitted = optional && taken.some((other) => meets(best.area, other, GAP * size));
    if (!omitted) taken.push(best.area);
    return { ...best, omitted };
  });
}

function areaOf(text, { x, y, anchor }, size) {
  const width = widthOf(text, size);
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - 0.8 * size, bottom: y + 0.25 * size };
}

function outside(area, box) {
  const over = [box.left + 2 - area.left, area.right - box.right, -area.top, area.bottom - box.bottom];
  return Math.max(0, ...over) / 10;
}

function meets(one, other, gap) {
  const aside = one.left >= other.right + gap || other.left >= one.right + gap;
  return !aside && one.top < other.bottom && other.top < one.bottom;
}

/** Around a point: right, left, above, below, and the corners. */
export function around([x, y], away = 12, size = 16) {
  const [up, down] = [y - away - 2, y + away + 0.75 * size];
  return [
    { x: x + away, y: y + 0.3 * size, anchor: "start" },
    { x: x - away, y: y + 0.3 * size, anchor: "end" },
    { x, y: up, anchor: "middle" },
    { x, y: down, anchor: "middle" },
    { x: x + away, y: up, anchor: "start" },
    { x: x - away, y: up, anchor: "end" },
    { x: x + away, y: down, anchor: "start" },
    { x: x - away, y: down, anchor: "end" },
  ];
}

/** Beside a curve: at some of its points, above or below. `at` is where along it words would stand best, from 0 to 1. */
export function along(points, at, size) {
  if (points.length < 2) return points.length ? around(points[0], 8, size) : [{ x: -99, y: -99, anchor: "start" }];
  const shares = [at, at - 0.1, at + 0.1, at - 0.2, at + 0.2, at - 0.35, at + 0.35].filter((s) => s >= 0 && s <= 1);
  return shares.flatMap((share) => {
    const [x, y] = points[Math.round(share * (points.length - 1))];
    return [
      { x: x + 8, y: y - 0.45 * size, anchor: "start" },
      { x: x - 8, y: y - 0.45 * size, anchor: "end" },
      { x: x + 8, y: y + 1.05 * size, anchor: "start" },
      { x: x - 8, y: y + 1.05 * size, anchor: "end" },
    ];
  });
}
