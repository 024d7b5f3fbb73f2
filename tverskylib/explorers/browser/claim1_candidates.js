// The smoothed mask, the best prediction beside it, and the index of the three candidates.

import { packed, pixelCanvas } from "./canvas.js";
import { CANDIDATES, lesionOrder } from "./claim1_data.js";
import { adjust, element, write, writeNumber } from "./dom.js";
import { decimals, pixels } from "./words.js";

const SIDE = 100; // pixels of the small mask, so that a share of one in 10,000 is still one of them

/** Two small masks: what the loss is shown, and what it rewards most. */
export function masks() {
  const place = lesionOrder(SIDE);
  const shown = pixelCanvas(SIDE, SIDE, "tversky-mask");
  const wanted = pixelCanvas(SIDE, SIDE, "tversky-mask");
  const labels = element("figcaption");
  const words = element("figcaption");
  const arrow = element("span", { class: "tversky-arrow", "aria-hidden": "true" }, "→");
  const node = element(
    "div",
    { class: "tversky-masks" },
    element("figure", {}, shown.node, labels),
    arrow,
    element("figure", {}, wanted.node, words),
  );
  return {
    node,
    update(p, [a, b], best) {
      const many = Math.max(1, Math.round(p * SIDE * SIDE));
      const { u, v, words: say } = CANDIDATES[best];
      fill(shown, place, many, a, b);
      fill(wanted, place, many, u, v);
      write(labels, `the smoothed mask: a\u00a0=\u00a0${decimals(a)}, b\u00a0=\u00a0${decimals(b)}`);
      write(words, `the best prediction: ${say.replace("predict ", "")}`);
      const grey = `in shades of grey: foreground ${decimals(a)}, background ${decimals(b)}`;
      adjust(shown.node, { "aria-label": `A small mask with ${pixels(many)} of 10,000 pixels of foreground, ${grey}.` });
      adjust(wanted.node, { "aria-label": `The prediction with the best index against it: ${say}.` });
    },
  };
}

function fill({ pixels: target, show }, place, many, inside, outside) {
  const [on, off] = [inside, outside].map((value) => packed(255 * value, 255 * value, 255 * value));
  for (let i = 0; i < target.length; i++) target[i] = place[i] < many ? on : off;
  show();
}

/** The index of each candidate, as a number and as a bar; the best is marked by a word. */
export function candidatesTable() {
  const rows = CANDIDATES.map(({ name, letter, words }) => {
    const number = element("data", { "data-name": name });
    const bar = element("span", { class: `tversky-bar tversky-region-${name}` });
    const mark = element("span", { class: "tversky-mark" });
    const swatch = element("span", { class: `tversky-swatch tversky-region-${name}` });
    const node = element(
      "tr",
      {},
      element("th", { scope: "row" }, swatch, `${letter}: ${words}`),
      element("td", { class: "tversky-figures" }, number),
      element("td", { class: "tversky-bars" }, bar, mark),
    );
    return { node, number, bar, mark };
  });
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, "candidate"),
    element("th", { scope: "col", class: "tversky-figures" }, "index"),
    element("td", {}),
  );
  const node = element(
    "table",
    { class: "tversky-table" },
    element("caption", { class: "tversky-hint" }, "index against the smoothed mask"),
    element("thead", {}, head),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );
  return {
    node,
    update(indices, best) {
      rows.forEach((row, k) => {
        writeNumber(row.number, indices[k], decimals(indices[k], 4));
        row.bar.style.width = `${75 * (indices[k] || 0)}%`;
        write(row.mark, k === best ? "best" : "");
        adjust(row.node, { class: k === best ? "tversky-chosen" : "" });
      });
    },
  };
}
