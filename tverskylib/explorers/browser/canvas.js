// Pixels: colours packed into 32 bits, patterns, and a canvas of a given number of pixels.

import { element } from "./dom.js";

/** Red, green and blue of "#rrggbb", each from 0 to 255. */
export function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** One opaque pixel as a canvas stores it (all browsers run on little-endian machines). */
export function packed(red, green, blue) {
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

/** Whether a pixel lies on a diagonal stripe; false positives are striped. */
export function onStripe(row, column, period) {
  return (row + column) % period < period / 2;
}

/** Whether a pixel lies on a dot; false negatives are dotted. */
export function onDot(row, column, period) {
  const [down, across] = [(row % period) - period / 2, (column % period) - period / 2];
  return down * down + across * across < (period / 3) ** 2;
}

/** A canvas whose pixels are written as one array of packed colours. */
export function pixelCanvas(width, height, name) {
  const node = element("canvas", { width, height, role: "img", class: name });
  const context = node.getContext("2d", { alpha: false });
  const picture = context.createImageData(width, height);
  return {
    node,
    pixels: new Uint32Array(picture.data.buffer),
    show: () => context.putImageData(picture, 0, 0),
  };
}
