// A picture of pixels: the image in pale grey with what a mask found, marked by mistake and missed.

import { channels, onDot, onStripe, packed, pixelCanvas } from "./canvas.js";
import { ROLES, STRENGTH } from "./constants.js";
import { adjust, element } from "./dom.js";

/**
 * A part that shows pixels. `paint(pixels, now)` writes packed colours, row by row; `words(now)` says what is seen.
 *
 * @param {object} spec width, height, paint, words
 */
export function pixelMap({ width, height, paint, words }) {
  return () => {
    const canvas = pixelCanvas(width, height, "tversky-map");
    return {
      node: element("div", { class: "tversky-figure" }, canvas.node),
      update(now) {
        paint(canvas.pixels, now);
        canvas.show();
        adjust(canvas.node, { "aria-label": words(now) });
      },
    };
  };
}

/**
 * The error map of a mask over an image, at two dots a pixel so that the patterns are clear.
 *
 * @param {object} data grey and target, a byte a pixel; width and height
 * @param {function} inMask (now) => (pixel) => whether the mask holds it
 * @param {function} words (now) => what is seen
 */
export function errorMap(data, inMask, words) {
  const { width, height } = data;
  const paint = paintBoth(data);
  return pixelMap({
    width: 2 * width,
    height: 2 * height,
    words,
    paint: (pixels, now) => fill(pixels, data, paint, inMask(now)),
  });
}

/** Write the dots of an error map, two a pixel each way: `holds(pixel)` says whether the mask holds it. */
export function fill(pixels, { width, height }, paint, holds) {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = holds(row * width + column) ? paint.inside : paint.outside;
      const at = 4 * row * width + 2 * column;
      const below = at + 2 * width;
      pixels[at] = from[at];
      pixels[at + 1] = from[at + 1];
      pixels[below] = from[below];
      pixels[below + 1] = from[below + 1];
    }
  }
}

/** Two colours for every dot: if the mask holds it, and if not. An error map is then one comparison a pixel. */
export function paintBoth({ grey, target, width, height }) {
  const [inside, outside] = [new Uint32Array(4 * grey.length), new Uint32Array(4 * grey.length)];
  const period = Math.max(6, 2 * Math.round(Math.max(height, width) / 40));
  const [tp, fp, fn] = ["tp", "fp", "fn"].map((role) => channels(ROLES[role].light));
  const [found, wrong, missed] = [inks(tp, STRENGTH), [inks(fp, 0.3), inks(fp, 0.95)], [inks(fn, 0.3), inks(fn, 0.95)]];
  const plain = inks([0, 0, 0], 0);
  for (let at = 0; at < inside.length; at++) {
    const [row, column] = [Math.floor(at / (2 * width)), at % (2 * width)];
    const pixel = (row >> 1) * width + (column >> 1);
    const shade = grey[pixel];
    if (target[pixel]) {
      inside[at] = found[shade];
      outside[at] = missed[Number(onDot(row, column, period))][shade];
    } else {
      inside[at] = wrong[Number(onStripe(row, column, period))][shade];
      outside[at] = plain[shade];
    }
  }
  return { inside, outside };
}

/** An ink over the paled picture, for each of the 256 shades of grey: a look-up a dot instead of a sum. */
function inks(ink, strength) {
  return Uint32Array.from({ length: 256 }, (_, grey) => mixed(255 * 0.35 + 0.65 * grey, ink, strength));
}

function mixed(grey, ink, strength) {
  return packed(...ink.map((channel) => (1 - strength) * grey + strength * channel));
}
