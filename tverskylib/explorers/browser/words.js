// Numbers as the reader sees them and hears them.

/** Some decimals, or "undefined" for 0/0: a screen reader makes nothing of "NaN". */
export function decimals(value, digits = 3) {
  return Number.isNaN(value) ? "undefined" : value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
}

const GROUPED = new Intl.NumberFormat("en-US"); // made once: it is slow to make

/** A whole number of pixels, in groups of three digits. */
export function pixels(value) {
  return GROUPED.format(Math.round(value));
}

/** A share in percent; small ones keep three digits that count. */
export function percent(value) {
  if (Number.isNaN(value)) return "undefined";
  if (value === Infinity) return "none";
  const share = 100 * value;
  return `${share >= 10 || share === 0 ? share.toFixed(1) : Number(share.toPrecision(3))} %`;
}

/** A number of any size with three digits that count, written with a power of ten where it is small or large. */
export function scientific(value) {
  if (Number.isNaN(value)) return "undefined";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000 && size < 10000) return pixels(value).replace("-", "−");
  if (size >= 0.01 && size < 10000) return String(Number(value.toPrecision(3))).replace("-", "−");
  const [digits, power] = value.toExponential(2).split("e");
  const raised = [...String(Number(power))].map((sign) => RAISED[sign]);
  return `${digits === "1.00" ? "" : `${digits.replace("-", "−")}·`}10${raised.join("")}`;
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** The same with a plus sign where it is positive: for slopes, whose sign is what matters. */
export function signed(value) {
  return (value > 0 ? "+" : "") + scientific(value);
}

/** A number between 0 and 1 that is neither: it is not rounded to either. */
export function within(value, digits = 3) {
  const least = 10 ** -digits;
  if (value > 0 && value < least / 2) return `< ${decimals(least, digits)}`;
  if (value < 1 && value > 1 - least / 2) return `> ${decimals(1 - least, digits)}`;
  return decimals(value, digits);
}

/** At most three digits that count, and no zeros at the end: for ticks, and for counts that need not be whole. */
export function plain(value) {
  if (Number.isNaN(value)) return "undefined";
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** A power of ten: for the ticks of a logarithmic axis. */
export function powerOfTen(value) {
  return value >= 0.01 && value <= 1000 ? plain(value) : `10${[...String(Math.round(Math.log10(value)))].map((sign) => RAISED[sign]).join("")}`;
}

/** The ways to say a number, by the names that declarations use. */
export const SAY = {
  whole: (value) => decimals(value, 0),
  one: (value) => decimals(value, 1),
  two: (value) => decimals(value, 2),
  three: (value) => decimals(value),
  four: (value) => decimals(value, 4),
  fine: (value) => decimals(value, Math.abs(value * 100 - Math.round(value * 100)) < 1e-9 ? 2 : 3),
  index: (value) => within(value),
  percent,
  pixels,
  plain,
  scientific,
  signed,
};
