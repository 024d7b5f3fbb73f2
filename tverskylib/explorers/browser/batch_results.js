// The two ways to score a batch: a picture of all indices on one axis, and a table with weights and gradients.

import { adjust, element, shape, write, writeNumber } from "./dom.js";
import { plot } from "./plot.js";
import { decimals, signed } from "./words.js";

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => [value, String(value)]);
const [HIGH, LOW] = [76, 114]; // where the images' row and the row of the two ways lie

/** The images' indices as numbered points; below them both ways, each with its loss as the distance to 1. */
export function batchPlot() {
  const frame = plot({
    width: 640,
    height: 220,
    margin: { left: 20, right: 20, top: 12, bottom: 46 },
    x: { low: 0, high: 1, ticks: TICKS, label: "index; the loss is its distance to 1" },
    y: { low: 0, high: 1, ticks: [], label: "" },
  });
  const { marks, svg, x } = frame;
  const span = shape("path", { class: "tversky-span" });
  const images = shape("g");
  const ways = [
    ["image-wise, the mean", "M0 -9L9 0L0 9L-9 0Z", LOW],
    ["batch-wise, of the sums", "M-8 -8H8V8H-8Z", LOW + 36],
  ].map(([name, d, y]) => ({
    name,
    y,
    mark: shape("path", { class: "tversky-best", d }),
    words: shape("text", { class: "tversky-best-words", y: y + 5 }),
  }));
  marks.append(span, images, ...ways.flatMap(({ mark, words }) => [mark, words]));

  return {
    node: element("div", { class: "tversky-curve-box" }, svg),
    update(found) {
      const indices = found.images.map(({ index }) => index);
      while (images.childElementCount < indices.length) images.append(numbered(images.childElementCount + 1));
      while (images.childElementCount > indices.length) images.lastChild.remove();
      const heights = apart(indices.map(x));
      indices.forEach((index, k) => {
        const hidden = Number.isNaN(index);
        adjust(images.children[k], {
          transform: `translate(${hidden ? 0 : x(index)} ${heights[k]})`,
          visibility: hidden ? "hidden" : "visible",
        });
      });
      const known = indices.filter((index) => !Number.isNaN(index));
      const [low, high] = [Math.min(...known), Math.max(...known)];
      adjust(span, { d: known.length > 1 ? `M${x(low)} ${HIGH}H${x(high)}` : "" });
      [found.imageIndex, found.batchIndex].forEach((index, k) => {
        const { name, y, mark, words } = ways[k];
        const at = Number.isNaN(index) ? x(0) : x(index);
        const left = at > 320;
        adjust(mark, { transform: `translate(${at} ${y})`, visibility: Number.isNaN(index) ? "hidden" : "visible" });
        adjust(words, { x: at + (left ? -16 : 16), "text-anchor": left ? "end" : "start" });
        write(words, `${name}: ${decimals(index)}`);
      });
      const each = indices.map((index, k) => `image ${k + 1} ${decimals(index)}`).join(", ");
      const both = `image-wise ${decimals(found.imageIndex)}, batch-wise ${decimals(found.batchIndex)}`;
      adjust(svg, { "aria-label": `Indices on an axis from 0 to 1: ${each}; ${both}.` });
    },
  };
}

function numbered(number) {
  return shape(
    "g",
    {},
    shape("circle", { class: "tversky-here", r: 11 }),
    shape("text", { class: "tversky-count-words", y: 5, "text-anchor": "middle" }, String(number)),
  );
}

/** Heights for points that would lie on each other: the later one stands higher. */
function apart(places) {
  const heights = [];
  places.forEach((place, k) => {
    const below = places.slice(0, k).filter((other) => Math.abs(other - place) < 22).length;
    heights.push(HIGH - 21 * below);
  });
  return heights;
}


/** Index, weight and gradients of each image, and the two losses. */
export function batchTable() {
  const body = element("tbody");
  const losses = ["image-wise loss", "batch-wise loss"].map((name) => {
    const value = element("data", { "data-name": name.slice(0, 5) });
    const title = element("span", { class: "tversky-name" }, name);
    return { value, node: element("div", { class: "tversky-number" }, title, value) };
  });
  const group = { class: "tversky-numbers tversky-losses", role: "group", "aria-label": "losses" };
  const both = element("div", group, ...losses.map(({ node }) => node));
  const head = element(
    "tr",
    {},
    element("td", {}),
    ...["index", "weight, batch-wise", "on foreground", "on background"].map((name) =>
      element("th", { scope: "col", class: "tversky-figures" }, name),
    ),
  );
  const caption =
    "On foreground, on background: what one unit of prediction on one such pixel adds to the image-wise index (rows " +
    "of images) and to the batch-wise index (last row).";
  const table = element(
    "table",
    { class: "tversky-table" },
    element("caption", { class: "tversky-hint" }, caption),
    element("thead", {}, head),
    body,
  );
  const scroll = element("div", { class: "tversky-scroll" }, table);
  let rows = [];
  function build(many) {
    const names = [...Array.from({ length: many }, (_, k) => `image ${k + 1}`), "batch"];
    rows = names.map((name, k) => {
      const cells = ["index", "weight", "foreground", "background"].map((key) =>
        element("data", { "data-name": `${key}-${k < many ? k + 1 : "batch"}` }),
      );
      const row = element("tr", {}, element("th", { scope: "row" }, name));
      row.append(...cells.map((cell) => element("td", { class: "tversky-figures" }, cell)));
      return { row, cells };
    });
    body.replaceChildren(...rows.map(({ row }) => row));
  }
  return {
    node: element("div", {}, both, scroll),
    update(found) {
      if (rows.length !== found.images.length + 1) build(found.images.length);
      writeNumber(losses[0].value, found.imageLoss, decimals(found.imageLoss));
      writeNumber(losses[1].value, found.batchLoss, decimals(found.batchLoss));
      found.images.forEach(({ index, weight, slopes, foreground }, k) => {
        const lesion = foreground > 0;
        fill(rows[k].cells, [index, decimals(index)], [weight, share(weight)], slopes, lesion);
      });
      const some = found.images.some(({ foreground }) => foreground > 0);
      fill(rows.at(-1).cells, [found.batchIndex, decimals(found.batchIndex)], [1, share(1)], found.batchSlopes, some);
    },
  };
}

function fill(cells, index, weight, slopes, lesion) {
  writeNumber(cells[0], ...index);
  writeNumber(cells[1], ...weight);
  writeNumber(cells[2], slopes[0], lesion ? signed(slopes[0]) : "none");
  writeNumber(cells[3], slopes[1], signed(slopes[1]));
}

/** Weights stand below each other: one decimal for all. */
function share(value) {
  return Number.isNaN(value) ? "undefined" : `${decimals(100 * value, 1)} %`;
}
