// Where on a slider or an axis a value stands, and which values a reader can reach by steps.

/** A plain scale: positions are values. */
export function linear(low, high, step) {
  return scale(low, high, step, (value) => value, (position) => clean(position));
}

/** Powers of ten between two exponents; with `zero` the value 0 stands one step before the first of them. */
export function logarithmic(lowest, highest, step, { zero = false } = {}) {
  const low = zero ? lowest - step : lowest;
  const toPosition = (value) => (value < 10 ** (lowest - step / 2) && zero ? low : Math.log10(value));
  const toValue = (position) => {
    if (zero && position < lowest - step / 2) return 0;
    return Number((10 ** position).toPrecision(3));
  };
  return scale(low, highest, step, toPosition, toValue);
}

function scale(low, high, step, toPosition, toValue) {
  const clamp = (position) => Math.min(high, Math.max(low, position));
  const snap = (position) => clamp(clean(low + Math.round((position - low) / step) * step));
  return {
    low,
    high,
    step,
    toPosition: (value) => clamp(toPosition(value)),
    /** The value at a position, moved to the nearest step. */
    toValue: (position) => toValue(snap(position)),
    /** Where a number of steps leads from a value. A value between two steps goes to one of them. */
    moved: (value, steps) => toValue(snap(clamp(toPosition(value)) + steps * step)),
  };
}

/** 0.30000000000000004 is 0.3. */
function clean(value) {
  return Number(value.toFixed(9));
}

/** The scale of a value as its declaration says it. */
export function scaleOf({ kind, low, high, step, zero }) {
  return kind === "linear" ? linear(low, high, step) : logarithmic(low, high, step, { zero });
}
