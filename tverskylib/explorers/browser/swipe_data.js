// What two networks saw over time, as Python ships it: swipe_data.py says what each part is.

import { bytesOf } from "./dom.js";
import { tverskyIndex } from "./formulas.js";

const DOTS = 192; // pixels of a picture: small tiles are enlarged, so that the patterns of an error map are seen

/** The parts, with the places of a tile's codes and of a moment's counts. */
export function seenOf(get) {
  const [names, epochs, [height, width]] = [get("tiles"), get("epochs"), get("size")];
  const [greys, targets, all] = ["grey", "targets", "codes"].map((name) => bytesOf(get(name)));
  const [counts, foreground] = ["counts", "foreground"].map((name) => new Uint32Array(bytesOf(get(name)).buffer));
  const many = foreground.length;
  const pixels = width * height;
  const cuts = counts.length / (epochs.length * 2 * many * 2) - 1;
  const codes = (moment, network, tile) => all.subarray(pixels * (3 * (2 * moment + network) + tile), pixels * (3 * (2 * moment + network) + tile + 1));
  const tiles = names.map((_, k) => ({
    grey: greys.subarray(k * pixels, (k + 1) * pixels),
    target: targets.subarray(k * pixels, (k + 1) * pixels),
  }));

  /** The index of the mask of one tile. */
  function ofTile(moment, network, tile, cut, alpha, beta) {
    const found = [0, 0, 0]; // what is in the mask of background, of foreground, and of what does not count
    let present = 0;
    const code = codes(moment, network, tile);
    for (let k = 0; k < pixels; k++) {
      const kind = tiles[tile].target[k];
      if (kind === 1) present += 1;
      if (code[k] >= cut) found[kind] += 1;
    }
    return tverskyIndex(found[1], found[0], present - found[1], alpha, beta, 0);
  }
  return { epochs, width, height, names, many, cuts, counts, foreground, codes, tiles, ofTile, scored: new Map() };
}

/** The index over all thresholds, [mean of images, pooled]; kept for the next time. */
export function score({ counts, foreground, many, cuts, scored }, moment, network, alpha, beta) {
  const key = [moment, network, alpha, beta].join();
  if (scored.has(key)) return scored.get(key);
  const [mean, pooled] = [[], []];
  for (let cut = 0; cut <= cuts; cut++) {
    const from = ((2 * moment + network) * (cuts + 1) + cut) * many * 2;
    let [sum, all] = [0, [0, 0, 0]];
    for (let k = 0; k < many; k++) {
      const [tp, fp] = [counts[from + 2 * k], counts[from + 2 * k + 1]];
      const each = [tp, fp, foreground[k] - tp];
      sum += tverskyIndex(...each, alpha, beta, 0);
      all = all.map((one, at) => one + each[at]);
    }
    mean.push(sum / many);
    pooled.push(tverskyIndex(...all, alpha, beta, 0));
  }
  scored.set(key, [mean, pooled]);
  return [mean, pooled];
}

/** A tile enlarged by a whole factor; `pixelOf` leads back. */
export function grown({ grey, target }, { width, height }) {
  const factor = Math.max(1, Math.round(DOTS / width));
  const size = { width: factor * width, height: factor * height };
  const pixelOf = Uint32Array.from({ length: size.width * size.height }, (_, at) => {
    const [row, column] = [Math.floor(at / size.width), at % size.width];
    return Math.floor(row / factor) * width + Math.floor(column / factor);
  });
  const enlarged = (plane) => Uint8Array.from(pixelOf, (at) => plane[at]);
  return { ...size, pixelOf, grey: enlarged(grey), target: enlarged(target).map((kind) => Number(kind === 1)) };
}
