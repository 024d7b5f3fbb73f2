// A chart: what its declaration says, drawn in real pixels of the page, in this order: areas, lines, words, marks.

import { axes } from "./axes.js";
import { dragging, handle } from "./drag.js";
import { adjust, element, freshId, shape, write } from "./dom.js";
import { along, around, placeLabels } from "./labels.js";
import { area, line, mark, patterns } from "./shapes.js";

const SPOTS = 4; // marks of one name beside which it may stand

/**
 * A part of an explorer.
 *
 * @param {object} spec x and y: {low, high, log, ticks, label, say, bare}; height in pixels, or a share of the width below
 *   2, or equal: one unit is as long on both axes; areas: [{role, of, when}]; lines: [{role, dash, of, words, at, optional, when}]; marks: [{kind, role, at, words, text, drag,
 *   when}]; words(now): what is seen, for those who do not see it. Words of lines and marks are texts, or functions of
 *   `now`; optional ones are left out where they would stand on others.
 */
export function chart(spec) {
  return (view) => {
    const node = element("div", { class: "tversky-chart" });
    let [drawn, width, size, large, now] = [null, 0, 0, false, null];
    const most = () => parseFloat(getComputedStyle(node).maxHeight) || Infinity; // a screen or a slide may set one
    const room = () => Math.floor(node.clientWidth) || 600;
    function build() {
      const place = [...node.querySelectorAll("[tabindex]")].indexOf(document.activeElement);
      width = drawn || !width ? room() : width;
      size = view.fontSize();
      large = view.large;
      drawn = drawing(view, spec, ...fitted(spec, width, size, most()), size, () => now);
      node.replaceChildren(drawn.svg);
      drawn.update(now);
      if (place >= 0) node.querySelectorAll("[tabindex]")[place].focus({ preventScroll: true });
    }
    // Letters keep their size when the width changes, so the chart is drawn anew.
    const watch = new ResizeObserver(() => {
      const changed = Math.floor(node.clientWidth) !== width || view.fontSize() !== size;
      if (drawn && node.clientWidth && changed) build();
    });
    watch.observe(node);
    view.ends.push(() => watch.disconnect());
    return {
      node,
      // Asked of all charts before one is drawn: each question after a drawing lays the whole page out anew.
      measure() {
        width ||= room();
      },
      update(next) {
        now = next;
        if (drawn && view.large === large) drawn.update(now);
        else build();
      },
    };
  };
}

/** Width and height: no higher than `most`. Where a unit is as long on both axes, the chart then gets narrower too. */
export function fitted(spec, width, size, most) {
  const height = heightOf(spec, width, size);
  if (height <= most) return [width, height];
  const { equal, x, y } = spec;
  const less = equal ? ((height - most) * (x.high - x.low)) / (y.high - y.low) : 0;
  return [width - less, most];
}

function drawing(view, spec, width, height, size, nowOf) {
  const frame = axes({ width, height: Math.round(height), size, x: spec.x, y: spec.y });
  const svg = shape("svg", { class: "tversky-chart-svg", width, height: frame.box.height, viewBox: `0 0 ${width} ${frame.box.height}` });
  const fills = patterns(svg);
  const inside = clip(svg, frame.box);
  const areas = (spec.areas ?? []).map((each) => area(each, frame, fills));
  const lines = (spec.lines ?? []).map((each) => ({ ...each, made: line(each, frame) }));
  const marks = (spec.marks ?? []).map((each) => ({ ...each, made: mark(each, frame, size) }));
  const handles = marks
    .filter(({ drag }) => drag && !view.still)
    .map((each) => ({ each, handle: handle(view, each, each.made, frame.box) }));
  const words = shape("g", { class: "tversky-words", "font-size": size });
  const signs = shape("g");
  for (const each of marks) signs.append(handles.find((one) => one.each === each)?.handle.node ?? each.made.node);
  svg.append(
    shape("g", inside, ...areas.map(({ node }) => node)),
    frame.node,
    shape("g", inside, ...lines.map(({ made }) => made.node)),
    words,
    signs,
  );
  const movable = handles.map(({ each, handle: { node } }) => ({
    drag: each.drag,
    node,
    get places() {
      return each.made.places;
    },
  }));
  dragging(view, svg, movable, frame, nowOf);
  // With a control inside it is no image: a screen reader would not reach the control.
  adjust(svg, { role: handles.length ? "group" : "img" });

  function name(now) {
    const named = [...marks, ...lines]
      .map((each) => ({ ...each, text: typeof each.words === "function" ? each.words(now) : each.words }))
      .filter(({ text, made, of }) => text && (made.places ?? made.points).length && !(of && view.unnamed));
    const wantedWords = named.map(({ text, made, at, of, optional }) => ({
      text,
      optional,
      spots: of ? along(made.points, at ?? 0.7, size) : made.places.slice(0, SPOTS).flatMap((place) => spotsOf(place, frame.box, size)),
    }));
    const points = lines.flatMap(({ made }) => made.points).filter((_, k) => k % 3 === 0);
    for (const { made } of marks) points.push(...made.places.flatMap(([x, y]) => dense(x, y, frame.box)));
    const placed = placeLabels(wantedWords, points, frame.box, size);
    while (words.childElementCount < placed.length) words.append(shape("text"));
    while (words.childElementCount > placed.length) words.lastChild.remove();
    placed.forEach(({ x, y, anchor }, k) => {
      const role = named[k].role ?? "loss";
      adjust(words.children[k], { x, y, "text-anchor": anchor, class: `tversky-role-${role} tversky-named` });
      write(words.children[k], placed[k].omitted ? "" : named[k].text);
    });
  }

  return {
    svg,
    update(now) {
      for (const { update } of areas) update(now);
      for (const { made } of lines) made.update(now);
      for (const { made } of marks) made.update(now);
      for (const { handle: one } of handles) one.update();
      name(now);
      adjust(svg, { "aria-label": spec.words(now) });
    },
  };
}

function heightOf({ height = 0.62, equal, x, y }, width, size) {
  if (equal) {
    const { box } = axes({ width, height: width, size, x, y });
    const unit = (box.right - box.left) / (x.high - x.low);
    return unit * (y.high - y.low) + width - (box.bottom - box.top);
  }
  if (height >= 2) return (height * size) / 16;
  const [portrait, least] = width < 26 * size ? [1.25, 17 * size] : [1, 0]; // a narrow chart is a taller one
  return Math.min(Math.max(portrait * height * width, least), 26 * size);
}

/** What keeps curves inside the axes, a line's width around them included. */
function clip(svg, { left, right, top, bottom }) {
  const id = freshId("inside");
  const box = { x: left - 2, y: top - 2, width: right - left + 4, height: bottom - top + 4 };
  svg.append(shape("clipPath", { id }, shape("rect", box)));
  return { "clip-path": `url(#${id})` };
}

/** A mark takes room: words that would stand on it pay as much as on a curve. */
function dense(x, y, box) {
  const ten = Array.from({ length: 20 }, (_, k) => k / 19);
  if (x === null) return ten.map((share) => [box.left + share * (box.right - box.left), y]);
  if (y === null) return ten.map((share) => [x, box.top + share * (box.bottom - box.top)]);
  return [-6, 0, 6].flatMap((across) => [-6, 0, 6].map((down) => [x + across, y + down]));
}

function spotsOf([x, y], box, size) {
  if (y === null) {
    const heights = [box.top + size, box.bottom - size, (box.top + box.bottom) / 2];
    return heights.flatMap((at) => [
      { x: x + 8, y: at, anchor: "start" },
      { x: x - 8, y: at, anchor: "end" },
    ]);
  }
  if (x === null) {
    return [
      { x: box.right, y: y - 6, anchor: "end" },
      { x: box.right, y: y + size, anchor: "end" },
      { x: box.left + 6, y: y - 6, anchor: "start" },
      { x: box.left + 6, y: y + size, anchor: "start" },
    ];
  }
  return around([x, y], 0.75 * size, size);
}
