// One explorer from its declaration: question, controls, the figure, what is said, and a table of the numbers.

import { makeControls } from "./panel.js";
import { followLinks } from "./links.js";
import { element } from "./dom.js";
import { numbersTable } from "./numbers.js";
import { View } from "./view.js";

/**
 * What a widget and a page need to show an explorer.
 *
 * @param {object} declaration the JavaScript part: data, derive, parts, numbers, words
 * @param {object} about the Python part: name, title, question, values, presets, frames, guesses
 * @returns {function} render({model, el}), which returns what ends it
 */
export function explorer(declaration, about) {
  return ({ model, el }) => {
    const view = new View({ model, el, about });
    const controls = makeControls(view, about);
    const shown = figure(view, declaration);
    const table = numbersTable(view, declaration, about);
    view.root.append(
      element("p", { class: "tversky-question" }, about.question),
      controls.node,
      shown.node,
      table.node,
    );
    view.ends.push(followLinks(view, about.name));
    view.follow([...view.names, "guess"], () => {
      controls.update((name) => view.get(name));
      const now = shown.update();
      table.update(now);
      return declaration.words(now);
    });
    return () => view.close();
  };
}

/** The parts of a figure, in columns; `update()` derives everything from the values, shows it, and returns it. */
export function figure(view, declaration) {
  const data = declaration.data?.((name) => view.get(name));
  const columns = declaration.parts(data).map((column) =>
    [column]
      .flat()
      .map((make) => make(view, declaration))
      .filter(Boolean),
  );
  const node = element(
    "div",
    { class: "tversky-columns" },
    ...columns.map((parts) => element("div", { class: "tversky-side" }, ...parts.map((part) => part.node))),
  );
  const shares = declaration.shares ?? columns.map(() => 1);
  node.style.setProperty("--columns", shares.map((share) => `minmax(0, ${share}fr)`).join(" "));
  return {
    node,
    update() {
      const now = declaration.derive(view.now(), data);
      for (const part of columns.flat()) part.measure?.();
      for (const part of columns.flat()) part.update?.(now);
      return now;
    },
  };
}
