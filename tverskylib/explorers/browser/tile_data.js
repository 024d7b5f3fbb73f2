// The tile that an explorer ships, prepared once, and what depends on the weights alone.

import { STEPS } from "./constants.js";
import { bytesOf } from "./dom.js";
import { optimalThreshold } from "./formulas.js";
import { bestOf, countAll, curveOf, shareNear } from "./masks.js";

/** Image, target, codes and all counts, from what Python ships; `scored` is for `scoreAll` to fill. */
export function tileOf(get) {
  const [grey, target] = [bytesOf(get("grey")), bytesOf(get("target"))];
  const codes = new Uint16Array(bytesOf(get("codes")).buffer);
  const all = { ...countAll(codes, target), total: codes.length };
  return { grey, target, codes, all, width: get("width"), height: get("height"), scored: {} };
}

/** The index over all thresholds, the best of them, and tau: computed anew where the weights have changed. */
export function scoreAll(scored, all, alpha, beta) {
  if (scored.alpha === alpha && scored.beta === beta) return;
  const curve = curveOf(all, alpha, beta);
  const k = bestOf(curve);
  const steps = Array.from(curve.keys());
  const sizes = steps.map((step) => (all.tp[step] + all.fp[step]) / all.total);
  const peak = k < 0 ? NaN : curve[k];
  const { share } = k < 0 ? { share: NaN } : shareNear(all, k);
  const tau = optimalThreshold(peak, alpha, beta);
  const thresholds = steps.map((step) => step / STEPS);
  Object.assign(scored, { alpha, beta, curve, sizes, thresholds, best: k / STEPS, peak, tau, share });
}
