// Two small masks side by side: what the loss is shown, and what it rewards most.

import { packed, pixelCanvas } from "./canvas.js";
import { adjust, element, write } from "./dom.js";

/**
 * A part of square masks, an arrow between them.
 *
 * @param {number} side pixels of a mask
 * @param {Uint32Array} place for each pixel, when it joins a lesion that grows
 * @param {object[]} shown [{grey, title, words}], each a function of `now`: [foreground, background] in [0, 1], and texts
 * @param {function} many how many pixels the lesion has
 */
export function smallMasks(side, place, shown, many) {
  return () => {
    const all = shown.map((one) => {
      const canvas = pixelCanvas(side, side, "tversky-mask");
      const caption = element("figcaption");
      return { ...one, canvas, caption, node: element("figure", {}, canvas.node, caption) };
    });
    const arrow = element("span", { class: "tversky-arrow", "aria-hidden": "true" }, "→");
    return {
      node: element("div", { class: "tversky-masks" }, all[0].node, arrow, all[1].node),
      update(now) {
        for (const { grey, title, words, canvas, caption } of all) {
          const [on, off] = grey(now).map((value) => packed(255 * value, 255 * value, 255 * value));
          const lesion = many(now);
          for (let i = 0; i < place.length; i++) canvas.pixels[i] = place[i] < lesion ? on : off;
          canvas.show();
          write(caption, title(now));
          adjust(canvas.node, { "aria-label": words(now) });
        }
      },
    };
  };
}
