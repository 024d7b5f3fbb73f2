// Level lines of a function of two variables, by marching squares.

/**
 * The points where f(x, y) is each of the levels, as lines with gaps for `chart`.
 *
 * @param {function} f of x and y; where it is no number there is no line
 * @param {number[]} levels
 * @param {object} over x: [low, high], y: [low, high], cells: how many there are each way
 */
export function contours(f, levels, { x: [left, right], y: [low, high], cells = 60 }) {
  const xs = Array.from({ length: cells + 1 }, (_, k) => left + (k / cells) * (right - left));
  const ys = Array.from({ length: cells + 1 }, (_, k) => low + (k / cells) * (high - low));
  const values = ys.map((y) => xs.map((x) => f(x, y)));
  return levels.map((level) => contour(values, level, xs, ys));
}

function contour(values, level, xs, ys) {
  const found = { x: [], y: [] };
  for (let row = 0; row + 1 < ys.length; row++) {
    for (let column = 0; column + 1 < xs.length; column++) {
      const [below, above] = [values[row], values[row + 1]];
      const high = (below[column] >= level) + (below[column + 1] >= level) + (above[column] >= level) + (above[column + 1] >= level);
      if (high === 0 || high === 4) continue; // most cells: no line goes through
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const crossings = corners.flatMap((corner, k) => crossing(corner, corners[(k + 1) % 4], values, level, xs, ys));
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        for (const [x, y] of [crossings[k], crossings[k + 1], [NaN, NaN]]) {
          found.x.push(x);
          found.y.push(y);
        }
      }
    }
  }
  return found;
}

function crossing([r1, c1], [r2, c2], values, level, xs, ys) {
  const [one, other] = [values[r1][c1] - level, values[r2][c2] - level];
  if (one < 0 === other < 0 || Number.isNaN(one) || Number.isNaN(other)) return [];
  const share = one / (one - other);
  return [[xs[c1] + share * (xs[c2] - xs[c1]), ys[r1] + share * (ys[r2] - ys[r1])]];
}
