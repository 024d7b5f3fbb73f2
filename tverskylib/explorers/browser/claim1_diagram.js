// The diagram over p and epsilon: regions as pixels, axes and the point in SVG above them.

import { pixelCanvas } from "./canvas.js";
import { CANDIDATES, paintRegions, placesOf, regionsOf } from "./claim1_data.js";
import { FRACTIONS } from "./constants.js";
import { goal, stepsOf } from "./controls.js";
import { adjust, element, shape, write } from "./dom.js";
import { plot } from "./plot.js";
import { decimals, percent } from "./words.js";

const [WIDTH, HEIGHT] = [620, 430];
const MARGIN = { left: 64, right: 14, top: 14, bottom: 50 };
const HIGHEST = 0.5;

/**
 * The diagram.
 *
 * @param {object} scales of p and epsilon: the point goes by the same steps as the sliders
 * @param {function} set called with new values when the point is moved
 */
export function diagram(scales, set) {
  const frame = plot({
    width: WIDTH,
    height: HEIGHT,
    margin: MARGIN,
    x: {
      low: FRACTIONS[0],
      high: FRACTIONS[1],
      log: true,
      ticks: [0.0001, 0.001, 0.01, 0.1, 0.5].map((p) => [p, `${100 * p} %`]),
      label: "p, share of foreground",
    },
    y: { low: 0, high: HIGHEST, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((e) => [e, String(e)]), label: "epsilon" },
  });
  const { svg, marks, box, x, y } = frame;
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const map = pixelCanvas(width, height, "tversky-regions");
  // The canvas lies under the axes, over the same share of the frame.
  const inFrame = (value, whole) => `${(100 * value) / whole}%`;
  Object.assign(map.node.style, {
    left: inFrame(box.left, WIDTH),
    top: inFrame(box.top, HEIGHT),
    width: inFrame(width, WIDTH),
    height: inFrame(height, HEIGHT),
  });
  const shares = Float64Array.from({ length: width }, (_, column) => frame.xOf(box.left + column + 0.5));
  const epsilons = Float64Array.from({ length: height }, (_, row) => frame.yOf(box.top + row + 0.5));
  const letters = CANDIDATES.map(() => shape("text", { class: "tversky-letter", "text-anchor": "middle" }));
  const point = makePoint(scales, set);
  marks.append(...letters, point.node);
  // The point inside is a control, so this is no image; the canvas carries the picture's words.
  adjust(svg, { role: "group", "aria-label": "p across, epsilon upwards, with a point to move" });
  dragging(svg, frame, scales, set, point.node);

  let painted = "";
  return {
    node: element("div", { class: "tversky-stack" }, map.node, svg),
    legend: regionsLegend(),
    update({ p, epsilon, alpha, beta, delta, num_classes: classes }, best) {
      const setting = [alpha, beta, delta, classes].join();
      if (painted !== setting) {
        painted = setting;
        const regions = regionsOf(shares, epsilons, { alpha, beta, delta, classes });
        paintRegions(map.pixels, regions, width);
        map.show();
        const places = placesOf(regions, width, height);
        places.forEach(({ share, row, column }, k) => {
          adjust(letters[k], { x: box.left + column, y: box.top + row + 9 });
          write(letters[k], share > 0.01 ? CANDIDATES[k].letter : "");
        });
        adjust(map.node, { "aria-label": mapWords(places) });
      }
      point.update(p, epsilon, CANDIDATES[best].words, x(p), y(epsilon));
    },
  };
}

function mapWords(places) {
  const parts = places.map(({ share }, k) => `${CANDIDATES[k].words} on ${percent(share)}`);
  const axes = "the share of foreground p (logarithmic) and epsilon";
  return `Which prediction is best, over ${axes}. Of the area: ${parts.join(", ")}.`;
}

function regionsLegend() {
  return element(
    "div",
    { class: "tversky-legend" },
    ...CANDIDATES.map(({ name, letter, words }) =>
      element("span", {}, element("span", { class: `tversky-swatch tversky-region-${name}` }), `${letter}: ${words}`),
    ),
  );
}

/** The point: left and right move p, up and down epsilon. */
function makePoint(scales, set) {
  const node = shape(
    "g",
    {
      class: "tversky-point",
      tabindex: "0",
      role: "slider",
      "aria-label": "point of the diagram: left and right change p, up and down epsilon",
      "aria-valuemin": FRACTIONS[0],
      "aria-valuemax": FRACTIONS[1],
    },
    shape("circle", { class: "tversky-touch", r: 22 }),
    shape("circle", { class: "tversky-dot", r: 9 }),
    shape("path", { class: "tversky-cross", d: "M-16 0H16M0 -16V16" }),
  );
  let now = {};
  node.addEventListener("keydown", (event) => {
    const steps = stepsOf(event);
    if (steps === null) return;
    event.preventDefault();
    event.stopPropagation();
    const name = ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) ? "p" : "epsilon";
    now[name] = goal(scales[name], now[name], steps); // at once: the next key may come before the next frame
    set({ [name]: now[name] });
  });
  return {
    node,
    update(p, epsilon, words, left, top) {
      now = { p, epsilon };
      adjust(node, {
        transform: `translate(${left.toFixed(2)} ${top.toFixed(2)})`,
        "aria-valuenow": p,
        "aria-valuetext": `p ${percent(p)}, epsilon ${decimals(epsilon, 2)}: ${words}`,
      });
    },
  };
}

/** A press anywhere in the diagram brings the point there; it follows until the press ends. */
function dragging(svg, { xOf, yOf, box }, scales, set, point) {
  function move(event) {
    const frame = svg.getBoundingClientRect();
    const across = ((event.clientX - frame.left) / frame.width) * box.width;
    const down = ((event.clientY - frame.top) / frame.height) * box.height;
    const [p, epsilon] = [xOf(across), yOf(down)];
    set({
      p: scales.p.toValue(scales.p.toPosition(Math.min(p, FRACTIONS[1]))),
      epsilon: scales.epsilon.toValue(scales.epsilon.toPosition(epsilon)),
    });
  }
  let held = false;
  svg.addEventListener("pointerdown", (event) => {
    held = true;
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    point.focus({ preventScroll: true });
    move(event);
  });
  svg.addEventListener("pointermove", (event) => held && move(event));
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (held = false));
}
