// The shapes of a chart: areas, lines and marks. Each is made once and then follows `now`.

import { DASHES } from "./constants.js";
import { adjust, freshId, shape } from "./dom.js";

const SIGNS = {
  here: "M7 0A7 7 0 1 1 -7 0A7 7 0 1 1 7 0Z",
  before: "M7 0A7 7 0 1 1 -7 0A7 7 0 1 1 7 0Z",
  best: "M0 -9.5L9.5 0L0 9.5L-9.5 0Z",
  optimum: "M0 -11L2.7 -3.7L10.5 -3.4L4.4 1.4L6.5 8.9L0 4.6L-6.5 8.9L-4.4 1.4L-10.5 -3.4L-2.7 -3.7Z",
  square: "M-7 -7H7V7H-7Z",
  dot: "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z",
};

/** The patterns of false positives and false negatives, to be filled with: role -> address. */
export function patterns(svg) {
  const id = freshId("pattern");
  const ground = () => shape("rect", { width: 8, height: 8, class: "tversky-ground" });
  const made = (name, turn, ...marks) => {
    const frame = { id: `${id}-${name}`, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: turn };
    return shape("pattern", frame, ground(), ...marks);
  };
  const stripes = made("fp", "rotate(45)", shape("rect", { width: 4, height: 8, class: "tversky-role-fp tversky-fill" }));
  const dots = made("fn", "", shape("circle", { cx: 4, cy: 4, r: 2, class: "tversky-role-fn tversky-fill" }));
  svg.append(shape("defs", {}, stripes, dots));
  return { fp: `url(#${id}-fp)`, fn: `url(#${id}-fn)` };
}

/** An area between two curves, one above or one beside the other, or some rectangles; `of(now)` gives {x, low, high}, {y, left, right}, or [{from, to, low, high}]. */
export function area({ role, of, when, pale = false }, frame, fills) {
  const made = shape("path", { class: `tversky-role-${role} tversky-area${pale ? " tversky-pale" : ""}` });
  if (fills[role]) made.style.fill = fills[role];
  const ground = shape("path", { class: "tversky-ground" }); // of what is pale: nothing else shines through
  const node = pale ? shape("g", {}, ground, made) : made;
  return {
    node,
    update(now) {
      const shown = !when || when(now);
      const found = shown && of(now);
      const d = !found ? "" : Array.isArray(found) ? boxes(found, frame) : band(found, frame);
      adjust(made, { d });
      if (pale) adjust(ground, { d });
    },
  };
}

/** A place in tenths of a pixel; several times as fast as toFixed. */
function tenths(place) {
  return Math.round(10 * place) / 10;
}

function boxes(found, { x, y }) {
  let path = "";
  for (const { from, to, low, high } of found) {
    const bottom = tenths(y(low));
    if (high > low) path += `M${tenths(x(from))} ${bottom}V${tenths(y(high))}H${tenths(x(to))}V${bottom}Z`;
  }
  return path;
}

function band({ x: xs, low, high, y: ys, left, right }, { x, y }) {
  if (left) {
    const place = (k, values) => `${tenths(x(values[k]))} ${tenths(y(ys[k]))}`;
    const up = Array.from(ys, (_, k) => place(k, left));
    const down = Array.from(ys, (_, k) => place(ys.length - 1 - k, right));
    return ys.length < 2 ? "" : `M${[...up, ...down].join("L")}Z`;
  }
  if (xs.length < 2) return "";
  const point = (k, values) => `${tenths(x(xs[k]))} ${tenths(y(typeof values === "number" ? values : values[k]))}`;
  const forth = Array.from(xs, (_, k) => point(k, high));
  const back = Array.from(xs, (_, k) => point(xs.length - 1 - k, low));
  return `M${[...forth, ...back].join("L")}Z`;
}

/**
 * A line. `of(now)` gives a function of x, which is evaluated over the whole axis, or {x, y}; where y is not a number,
 * the line has a gap. `points` are its places in pixels, for those who must not stand on it.
 */
export function line({ role, dash, of, when, width = 2.5 }, frame) {
  const strokes = DASHES[dash ?? ""] ?? [];
  const node = shape("path", { class: `tversky-role-${role} tversky-line`, "stroke-width": width });
  if (strokes.length) adjust(node, { "stroke-dasharray": strokes.join(" ") });
  const made = { node, points: [] };
  let drawn = {};
  made.update = (now) => {
    const found = (!when || when(now)) && of(now);
    const { x: xs, y: ys } = typeof found === "function" ? sampled(found, frame) : found || { x: [], y: [] };
    if (xs === drawn.xs && ys === drawn.ys) return; // most curves stand still while one value moves
    drawn = { xs, ys };
    let path = "";
    let pen = "M";
    made.points = [];
    for (let k = 0; k < xs.length; k++) {
      if (!Number.isFinite(xs[k]) || !Number.isFinite(ys[k])) {
        pen = "M";
        continue;
      }
      const at = [frame.x(xs[k]), frame.y(ys[k])];
      made.points.push(at);
      path += `${pen}${tenths(at[0])} ${tenths(at[1])}`;
      pen = "L";
    }
    adjust(node, { d: path });
  };
  return made;
}

function sampled(f, { box, xOf }) {
  const many = Math.max(2, Math.ceil((box.right - box.left) / 2));
  const x = Array.from({ length: many + 1 }, (_, k) => xOf(box.left + (k / many) * (box.right - box.left)));
  return { x, y: x.map(f) };
}

/**
 * Marks of one kind. `at(now)` gives [x, y], or a list of them, or nothing. A rule has null for one of the two: it runs
 * through the whole frame. `text` stands inside: of each, by its number.
 */
export function mark({ kind, role = "loss", at, text, dash, when }, frame, size) {
  const node = shape("g", { class: `tversky-role-${role} tversky-mark-${kind}` });
  const made = { node, places: [] };
  made.update = (now) => {
    const found = (!when || when(now)) && at(now);
    const all = !found || !found.length ? [] : Array.isArray(found[0]) ? found : [found];
    made.places = all.map(([x, y]) => [x === null ? null : frame.x(x), y === null ? null : frame.y(y)]);
    while (node.childElementCount < all.length) node.append(kind === "rule" ? rule(dash) : sign(kind, Boolean(text)));
    while (node.childElementCount > all.length) node.lastChild.remove();
    made.places.forEach(([x, y], k) => {
      const child = node.children[k];
      if (kind === "rule") {
        const { left, right, top, bottom } = frame.box;
        adjust(child, x === null ? { x1: left, x2: right, y1: y, y2: y } : { x1: x, x2: x, y1: top, y2: bottom });
      } else {
        adjust(child, { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${size / 16})` });
        if (text) child.lastChild.textContent = text(now, k);
      }
    });
  };
  return made;
}

function rule(dash) {
  const strokes = DASHES[dash ?? ""] ?? [];
  return shape("line", { class: "tversky-line", "stroke-width": 2.5, "stroke-dasharray": strokes.join(" ") });
}

function sign(kind, withText) {
  if (kind === "letter") return shape("g", {}, shape("text", { class: "tversky-letter", y: 8, "text-anchor": "middle" }));
  const node = shape("g", {}, shape("path", { d: SIGNS[kind], transform: withText ? "scale(1.6)" : "scale(1)" }));
  if (withText) node.append(shape("text", { class: "tversky-inside", y: 5, "text-anchor": "middle" }));
  return node;
}
