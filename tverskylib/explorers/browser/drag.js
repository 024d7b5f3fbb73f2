// Marks that can be moved: by mouse or finger anywhere in the chart, and by keys once they have the focus.

import { stepsOf } from "./controls.js";
import { adjust, shape } from "./dom.js";

const ACROSS = new Set(["ArrowLeft", "ArrowRight", "Home", "End"]);
const REACH = 14; // pixels around a mark that belong to it: a target of more than 24 pixels

/**
 * A handle for a mark. Its `drag` says what moves: {label, x, y, whole}, each the name of a value, or
 * {name, of: (coordinate, now) => value, reversed} where the axis shows something else than the value. A mark that is
 * part of something larger moves as a `whole`: by as much as the pointer, from wherever it is taken.
 *
 * @returns {{node, update}} the handle: an element with the role of a slider around the mark
 */
export function handle(view, { drag }, made, box) {
  const [across, up] = [axisOf(drag.x), axisOf(drag.y)];
  const main = across ?? up;
  const target = shape(drag.x && drag.y ? "circle" : "rect", { class: "tversky-touch" });
  const node = shape("g", { class: "tversky-handle", tabindex: "0", role: "slider", "aria-label": drag.label }, target);
  node.append(made.node);
  node.addEventListener("keydown", (event) => {
    const steps = stepsOf(event);
    if (steps === null) return;
    event.preventDefault();
    event.stopPropagation();
    const one = !across || !up ? main : ACROSS.has(event.key) ? across : up;
    view.step(one.name, one.reversed ? -steps : steps);
  });
  return {
    node,
    update() {
      const [x, y] = made.places[0] ?? [null, null];
      node.style.display = made.places.length ? "" : "none";
      if (target.tagName === "circle") adjust(target, { cx: x ?? 0, cy: y ?? 0, r: REACH + 4 });
      else if (drag.x) adjust(target, { x: x - REACH, width: 2 * REACH, y: box.top, height: box.bottom - box.top });
      else adjust(target, { x: box.left, width: box.right - box.left, y: y - REACH, height: 2 * REACH });
      const names = [across, up].filter(Boolean).map(({ name }) => name);
      const said = names.map((name) => `${view.values[name].label} ${view.say(name)}`);
      adjust(node, {
        "aria-valuenow": view.get(main.name),
        "aria-valuemin": view.lowest(main.name),
        "aria-valuemax": view.highest(main.name),
        "aria-valuetext": said.join(", "),
      });
    },
  };
}

/** A press anywhere in the chart takes the nearest of its marks; it follows until the press ends. */
export function dragging(view, svg, handles, frame, nowOf) {
  if (!handles.length) return;
  const both = handles.some(({ drag }) => drag.y);
  svg.style.touchAction = both ? "none" : "pan-y"; // a finger that moves down a chart with a cut scrolls the page
  svg.style.cursor = both ? "crosshair" : "ew-resize";
  let held = null;

  function placeOf(event) {
    const seen = svg.getBoundingClientRect();
    const [wide, high] = [frame.box.width / seen.width, frame.box.height / seen.height];
    return [(event.clientX - seen.left) * wide, (event.clientY - seen.top) * high];
  }
  function distance({ places }, [x, y]) {
    return Math.min(Infinity, ...places.map((at) => Math.hypot(at[0] === null ? 0 : at[0] - x, at[1] === null ? 0 : at[1] - y)));
  }
  function move(event) {
    const [x, y] = placeOf(event).map((place, k) => place + held.from[k]);
    const { box, xOf, yOf } = frame;
    const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
    const wanted = {};
    for (const [axis, coordinate] of [
      [axisOf(held.one.drag.x), xOf(clamp(x, box.left, box.right))],
      [axisOf(held.one.drag.y), yOf(clamp(y, box.top, box.bottom))],
    ]) {
      if (axis) wanted[axis.name] = view.snapped(axis.name, axis.of ? axis.of(coordinate, nowOf()) : coordinate);
    }
    view.set(wanted);
  }
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const at = placeOf(event);
    const nearest = handles.toSorted((one, other) => distance(one, at) - distance(other, at))[0];
    if (!nearest.places.length) return;
    const from = nearest.drag.whole ? nearest.places[0].map((place, k) => place - at[k]) : [0, 0];
    held = { one: nearest, from };
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    nearest.node.focus({ preventScroll: true });
    move(event);
  });
  svg.addEventListener("pointermove", (event) => held && move(event));
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (held = null));
}

function axisOf(wanted) {
  return typeof wanted === "string" ? { name: wanted } : wanted;
}
