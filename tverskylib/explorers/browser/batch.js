// Compose a batch by hand: bars for TP, FP and FN, and what the two losses make of them.

import { compose } from "./batch_data.js";
import { batchPlot, batchTable } from "./batch_results.js";
import { PRESETS } from "./constants.js";
import { panel, presets, resetButton, slider } from "./controls.js";
import { element, write } from "./dom.js";
import { linear, logarithmic } from "./scales.js";
import { View } from "./rendered_view.js";
import { decimals, percent, pixels, scientific } from "./words.js";

const NAMES = ["counts", "alpha", "beta", "delta"];
const KINDS = ["TP", "FP", "FN"];
const COUNTS = linear(0, 1000, 1);

/** Batches that say something; those of the lesson, with a third image. */
const BATCHES = {
  start: { counts: [[900, 100, 100], [20, 40, 40], [0, 60, 0]], delta: 0 },
  "equal lesions": { counts: [[450, 50, 50], [450, 50, 50], [200, 300, 300]], delta: 0 },
  "false alarm on an empty image": { counts: [[900, 100, 100], [450, 50, 50], [0, 500, 0]], delta: 0 },
  counterexample: { counts: [[0, 1, 0], [0, 1, 0]], delta: 1 },
};

const VERDICTS = {
  between: "The batch-wise index lies between those of the images.",
  outside: "The batch-wise index lies OUTSIDE those of the images: each image has the full delta, the batch only one.",
  undefined: "An index is 0/0, and so undefined: nothing to find, nothing marked, and delta is 0.",
};

/** Show the explorer; returns what ends it. */
export function render({ model, el }) {
  const view = new View({ model, el, title: "One batch, two losses", name: "batch" });
  const controls = makeControls(view);
  const bars = makeBars(view);
  const figure = batchPlot();
  const table = batchTable();
  const verdict = element("p", { class: "tversky-verdict" });
  view.root.append(
    controls.node,
    element(
      "div",
      { class: "tversky-columns" },
      element("div", { class: "tversky-side" }, bars.node),
      element("div", { class: "tversky-side" }, figure.node, table.node, verdict),
    ),
  );

  function draw() {
    const [counts, alpha, beta, delta] = NAMES.map((name) => view.get(name));
    const found = compose(counts, alpha, beta, delta);
    controls.update((name) => view.get(name));
    bars.update(counts);
    figure.update(found);
    table.update(found);
    write(verdict, VERDICTS[found.lies]);
    view.root.dataset.lies = found.lies;
    const each = found.images.map(
      ({ index, weight }, k) => `Image ${k + 1}: index ${decimals(index)}, weight ${percent(weight)}.`,
    );
    return (
      `Image-wise loss ${decimals(found.imageLoss)}, batch-wise loss ${decimals(found.batchLoss)}. ${each.join(" ")} ` +
      VERDICTS[found.lies]
    );
  }
  view.follow(NAMES, draw);
  return () => view.close();
}

function makeControls(view) {
  const two = (value) => decimals(value, 2);
  const one = (name, scale, hint, say) => ({
    name,
    ...slider({ label: name, hint, scale, say, set: (value) => view.set({ [name]: value }) }),
  });
  const sliders = [
    one("alpha", linear(0.05, 2, 0.05), "weighs FP", two),
    one("beta", linear(0.05, 2, 0.05), "weighs FN", two),
    one("delta", logarithmic(-6, 3, 0.25, { zero: true }), "pixels", scientific),
  ];
  const weights = presets("weights with a name", PRESETS, (values) => view.set(values));
  weights.node.append(resetButton(view, NAMES));
  const batches = presets("batches", BATCHES, (values) => view.set(values));
  return panel(sliders, [weights, batches]);
}

/** Three bars for each image; a bar is a slider, so that it can be dragged, typed and heard. */
function makeBars(view) {
  const node = element("div", { class: "tversky-images" });
  let rows = [];

  function move(image, kind, value) {
    // A new list: a model compares the old value with the new one.
    const counts = view.get("counts").map((row) => [...row]);
    counts[image][kind] = value;
    view.set({ counts });
  }
  function build(many) {
    rows = Array.from({ length: many }, (_, image) =>
      KINDS.map((kind, k) =>
        slider({
          label: kind,
          spoken: `image ${image + 1}, ${kind}`,
          scale: COUNTS,
          say: pixels,
          set: (value) => move(image, k, value),
          name: `tversky-count tversky-count-${kind.toLowerCase()}`,
        }),
      ),
    );
    node.replaceChildren(
      ...rows.map((sliders, image) =>
        element(
          "fieldset",
          {},
          element("legend", {}, `image ${image + 1} `, element("span", { class: "tversky-hint" })),
          ...sliders.map((one) => one.node),
        ),
      ),
    );
  }
  return {
    node,
    update(counts) {
      if (rows.length !== counts.length) build(counts.length);
      counts.forEach((row, image) => {
        row.forEach((count, kind) => rows[image][kind].update(count));
        const lesion = row[0] + row[2];
        const hint = node.children[image].querySelector("legend .tversky-hint");
        write(hint, lesion > 0 ? `a lesion of ${pixels(lesion)} pixels` : "no lesion");
      });
    },
  };
}
