// Numbers beside a picture, and all of them in a table for those who want to read rather than look.

import { element, write, writeNumber } from "./dom.js";
import { SAY } from "./words.js";

/**
 * Some of the explorer's numbers, large. A declaration has `numbers`: name in `now` -> {label, hint, say, role}.
 *
 * @param {...string} names
 */
export function numbers(...names) {
  return (_, declaration) => {
    const cells = names.map((name) => {
      const { label, hint, role } = declaration.numbers[name];
      const value = element("span", { class: "tversky-figure-large" });
      const title = element("span", { class: "tversky-name" }, label);
      if (hint) title.append(" ", element("span", { class: "tversky-hint" }, hint));
      return { name, value, node: element("div", { class: `tversky-number tversky-number-${role ?? "plain"}` }, title, value) };
    });
    return {
      node: element("div", { class: "tversky-numbers" }, ...cells.map(({ node }) => node)),
      update(now) {
        for (const { name, value } of cells) write(value, said(declaration, name, now));
      },
    };
  };
}

function said(declaration, name, now) {
  return SAY[declaration.numbers[name].say ?? "three"](now[name]);
}

/** The values and all numbers, folded. The numbers themselves, with all digits, stand in its `data` elements. */
export function numbersTable(view, declaration, about) {
  const body = element("tbody");
  const row = (label, hint, cell) => {
    const title = element("th", { scope: "row" }, label);
    if (hint) title.append(" ", element("span", { class: "tversky-hint" }, hint));
    body.append(element("tr", {}, title, element("td", { class: "tversky-figures" }, cell)));
    return cell;
  };
  const values = about.values
    .filter(({ say }) => say)
    .map(({ name, label, hint }) => [name, row(label, hint, element("span"))]);
  const cells = Object.entries(declaration.numbers).map(([name, { label, hint }]) => [
    name,
    row(label, hint, element("data", { "data-name": name })),
  ]);
  const caption = element("caption", { class: "tversky-spoken" }, "where the controls stand, and all numbers");
  const table = element("table", { class: "tversky-table" }, caption, body);
  return {
    node: element("details", { class: "tversky-all-numbers" }, element("summary", {}, "All numbers"), table),
    update(now) {
      for (const [name, cell] of values) write(cell, view.say(name));
      for (const [name, cell] of cells) writeNumber(cell, now[name], said(declaration, name, now));
    },
  };
}

/** A sentence under a picture that follows `now`. */
export function sentence(words, { strong = false } = {}) {
  return () => {
    const node = element("p", { class: `tversky-verdict${strong ? " tversky-strong" : ""}` });
    return { node, update: (now) => write(node, words(now)) };
  };
}

/** What colours and patterns mean: [[role, words], ...]. In a strip it stands once, below. */
export function legend(entries) {
  return () => ({
    node: element(
      "div",
      { class: "tversky-legend" },
      ...entries.map(([role, words]) =>
        element("span", {}, element("span", { class: `tversky-swatch tversky-${role}` }), words),
      ),
    ),
  });
}
