// Level lines of a function of two variables, by marching squares.

/**
 * The points where f(x, y) = level, as a line with gaps for `chart`.
 *
 * @param {function} f of x and y; where it is no number there is no line
 * @param {number} level
 * @param {object} over x: [low, high], y: [low, high], cells: how many there are each way
 */
export function contour(f, level, { x: [left, right], y: [low, high], cells = 60 }) {
  const xs = Array.from({ length: cells + 1 }, (_, k) => left + (k / cells) * (right - left));
  const ys = Array.from({ length: cells + 1 }, (_, k) => low + (k / cells) * (high - low));
  const values = ys.map((y) => xs.map((x) => f(x, y) - level));
  const found = { x: [], y: [] };
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const crossings = corners.flatMap((corner, k) => crossing(corner, corners[(k + 1) % 4], values, xs, ys));
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

function crossing([r1, c1], [r2, c2], values, xs, ys) {
  const [one, other] = [values[r1][c1], values[r2][c2]];
  if (one < 0 === other < 0 || Number.isNaN(one) || Number.isNaN(other)) return [];
  const share = one / (one - other);
  return [[xs[c1] + share * (xs[c2] - xs[c1]), ys[r1] + share * (ys[r2] - ys[r1])]];
}
