// Bars with a name and a number: a table, so that it can be read as well as seen.

import { adjust, element, write } from "./dom.js";
import { SAY } from "./words.js";

/**
 * A part: one bar a row.
 *
 * @param {object} spec caption; rows: [{role, label, of, say, when}], `of(now)` a number; scale: [low, high], so that bars
 *   never change their scale; best(now): the number of the row that is marked as best, if any is; word: how it is marked
 */
export function bars({ caption, rows, scale: [low, high], best = null, word = "best" }) {
  return () => {
    const made = rows.map(({ role, label }) => {
      const bar = element("span", { class: `tversky-bar tversky-${role}` });
      const value = element("span");
      const mark = element("span", { class: "tversky-mark" });
      const node = element(
        "tr",
        {},
        element("th", { scope: "row" }, label),
        element("td", { class: "tversky-figures" }, value),
        element("td", { class: "tversky-bars" }, bar, mark),
      );
      return { node, bar, value, mark };
    });
    const room = best ? 1 + 0.6 * word.length : 1; // beside a bar, for the word
    const body = element("tbody", {}, ...made.map(({ node }) => node));
    const words = element("caption", { class: "tversky-hint" }, caption);
    return {
      node: element("table", { class: "tversky-table" }, words, body),
      update(now) {
        const chosen = best ? best(now) : -1;
        rows.forEach(({ of, say = "three" }, k) => {
          const value = of(now);
          const share = Math.min(1, Math.max(0, (value - low) / (high - low))) || 0;
          write(made[k].value, SAY[say](value));
          made[k].bar.style.width = `calc(${share} * (100% - ${room}em))`;
          write(made[k].mark, k === chosen ? word : "");
          adjust(made[k].node, { class: k === chosen ? "tversky-chosen" : "" });
        });
      },
    };
  };
}
