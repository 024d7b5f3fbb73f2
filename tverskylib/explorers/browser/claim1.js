// Where Claim 1 holds: a diagram with a point to move, and the best prediction at the point.

import { candidatesTable, masks } from "./claim1_candidates.js";
import { CANDIDATES, criticalAt, indicesAt, optimumAt } from "./claim1_data.js";
import { diagram } from "./claim1_diagram.js";
import { PRESETS } from "./constants.js";
import { panel, presets, resetButton, slider } from "./controls.js";
import { element, write } from "./dom.js";
import { backgroundLabel, foregroundLabel } from "./formulas.js";
import { linear, logarithmic } from "./scales.js";
import { View } from "./rendered_view.js";
import { decimals, percent, scientific } from "./words.js";

const NAMES = ["p", "epsilon", "alpha", "beta", "delta", "num_classes"];

/** The scales of the sliders, which the point uses as well. */
const SCALES = {
  p: logarithmic(-4, Math.log10(0.5), 0.05),
  epsilon: linear(0, 0.49, 0.01),
  alpha: linear(0.05, 2, 0.05),
  beta: linear(0.05, 2, 0.05),
  delta: logarithmic(-6, 0.5, 0.1, { zero: true }),
  num_classes: linear(1, 4, 1),
};

/** Show the explorer; returns what ends it. */
export function render({ model, el }) {
  const view = new View({ model, el, title: "Where Claim 1 holds, and where it fails", name: "claim1" });
  const controls = makeControls(view);
  const map = diagram(SCALES, (values) => view.set(values));
  const pictures = masks();
  const table = candidatesTable();
  const verdict = element("p", { class: "tversky-verdict tversky-strong" });
  const critical = element("p", { class: "tversky-verdict" });
  view.root.append(
    controls.node,
    element(
      "div",
      { class: "tversky-columns tversky-even" },
      element("div", { class: "tversky-side" }, map.node, map.legend),
      element("div", { class: "tversky-side" }, verdict, pictures.node, table.node, critical),
    ),
  );

  function draw() {
    const now = Object.fromEntries(NAMES.map((name) => [name, view.get(name)]));
    const { p, epsilon, alpha, beta, delta, num_classes: classes } = now;
    const place = [p, delta, alpha, beta, epsilon, classes];
    const best = optimumAt(...place);
    const indices = indicesAt(...place);
    const labels = [foregroundLabel(epsilon, classes), backgroundLabel(epsilon, classes)];
    const share = criticalAt(alpha, beta, epsilon, classes);
    controls.update((name) => view.get(name));
    map.update(now, best);
    pictures.update(p, labels, best);
    table.update(indices, best);
    const holds = CANDIDATES[best].name === "target";
    write(verdict, `Claim 1 ${holds ? "holds" : "FAILS"} here: ${CANDIDATES[best].words}.`);
    const from = Number.isFinite(share) ? `from a share p* = ${percent(share)} on` : "for no share below 100 %";
    write(critical, `Without delta, the claim holds ${from}.`);
    Object.assign(view.root.dataset, { optimum: CANDIDATES[best].name, critical: share });
    return (
      `p ${percent(p)}, epsilon ${decimals(epsilon, 2)}. ${verdict.textContent} ` +
      CANDIDATES.map(({ words }, k) => `Index of ${words}: ${decimals(indices[k], 4)}.`).join(" ")
    );
  }
  view.follow(NAMES, draw);
  return () => view.close();
}

function makeControls(view) {
  const two = (value) => decimals(value, 2);
  const wanted = {
    p: ["p", "foreground", percent],
    epsilon: ["epsilon", "smoothing", two],
    delta: ["delta", "per pixel", scientific],
    alpha: ["alpha", "weighs FP", two],
    beta: ["beta", "weighs FN", two],
    num_classes: ["C", "in the formula", (value) => String(value)],
  };
  const sliders = Object.entries(wanted).map(([name, [label, hint, say]]) => ({
    name,
    ...slider({ label, hint, scale: SCALES[name], say, set: (value) => view.set({ [name]: value }) }),
  }));
  const named = presets("weights with a name", PRESETS, (values) => view.set(values));
  named.node.append(resetButton(view, NAMES));
  return panel(sliders, [named]);
}
