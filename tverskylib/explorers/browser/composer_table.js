// Index, weight and gradients of each image of a batch, and of the batch.

import { element, write } from "./dom.js";
import { decimals, signed } from "./words.js";

/** A part: the table. */
export function batchTable() {
  return () => {
    const body = element("tbody");
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
    // On a phone it is wider than the page: keys can scroll it, too.
    const scroll = element("div", { class: "tversky-scroll", tabindex: "0", role: "group", "aria-label": "the weights of the images" }, table);
    let rows = [];
    function build(many) {
      const names = [...Array.from({ length: many }, (_, k) => `image ${k + 1}`), "batch"];
      rows = names.map((name) => {
        const cells = Array.from({ length: 4 }, () => element("span"));
        const row = element("tr", {}, element("th", { scope: "row" }, name));
        row.append(...cells.map((cell) => element("td", { class: "tversky-figures" }, cell)));
        return { row, cells };
      });
      body.replaceChildren(...rows.map(({ row }) => row));
    }
    return {
      node: scroll,
      update(found) {
        if (rows.length !== found.images.length + 1) build(found.images.length);
        found.images.forEach(({ index, weight, slopes, foreground }, k) => {
          const lesion = foreground > 0;
          fill(rows[k].cells, decimals(index), shareOf(weight), slopes, lesion);
        });
        const some = found.images.some(({ foreground }) => foreground > 0);
        fill(rows.at(-1).cells, decimals(found.batchIndex), shareOf(1), found.batchSlopes, some);
      },
    };
  };
}

function fill(cells, index, weight, slopes, lesion) {
  const texts = [index, weight, lesion ? signed(slopes[0]) : "none", signed(slopes[1])];
  texts.forEach((text, k) => write(cells[k], text));
}

/** Weights stand below each other: one decimal for all. */
function shareOf(value) {
  return Number.isNaN(value) ? "undefined" : `${decimals(100 * value, 1)} %`;
}
