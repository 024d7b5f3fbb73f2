// Three bars for each image of a batch.

import { slider } from "./controls.js";
import { element, write } from "./dom.js";
import { linear } from "./scales.js";
import { pixels } from "./words.js";

const KINDS = ["TP", "FP", "FN"];
const COUNTS = linear(0, 1000, 1);

/** A part: a bar is a slider, so that it can be dragged, typed and heard. */
export function countBars() {
  return (view) => {
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
      update({ counts }) {
        if (rows.length !== counts.length) build(counts.length);
        counts.forEach((row, image) => {
          row.forEach((count, kind) => rows[image][kind].update(count));
          const lesion = row[0] + row[2];
          const hint = node.children[image].querySelector("legend .tversky-hint");
          write(hint, lesion > 0 ? `a lesion of ${pixels(lesion)} pixels` : "no lesion");
        });
      },
    };
  };
}
