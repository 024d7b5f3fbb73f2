// The controls of an explorer, as its declaration wants them: sliders, choices, presets, a guess, and Reset.

import { panel, presets, slider } from "./controls.js";
import { adjust, element, isBefore, write } from "./dom.js";
import { SAY } from "./words.js";

/** All controls. */
export function makeControls(view, about) {
  const sliders = about.values
    .filter(({ scale }) => scale)
    .map(({ name, label, hint, say }) => ({
      name,
      ...slider({ label, hint, scale: view.scales[name], say: SAY[say], set: (value) => view.set({ [name]: value }) }),
    }));
  const choices = about.values.filter(({ options }) => options).map(({ name, label, options }) => {
    const values = Object.entries(options).map(([value, words]) => [words, { [name]: value }]);
    const group = presets(label, Object.fromEntries(values), (chosen) => view.set(chosen));
    group.node.prepend(element("span", { class: "tversky-name" }, label));
    return group;
  });
  const groups = Object.entries(about.presets).map(([label, named]) =>
    presets(label, named, (values) => view.set(values, { jump: true })),
  );
  const buttons = [startAgain(view), presentButton(view)];
  const guess = about.guesses ? guessButton(view, about.guesses) : null;
  if (guess) buttons.unshift(guess.node);
  const last = {
    node: element("div", { class: "tversky-presets", role: "group", "aria-label": "this explorer" }, ...buttons),
    update: () => guess?.update(),
  };
  return panel(sliders, [...choices, ...groups, last]);
}

/** Brings everything back to where it stood, the guess too. */
function startAgain(view) {
  const start = Object.fromEntries([...view.names, "guess"].map((name) => [name, view.get(name) ?? null]));
  return button("Reset", () => view.set(start, { jump: true }));
}

/** Letters for the last row of a lecture hall, over the whole screen; in its place where a page may not have that. */
function presentButton(view) {
  const isFull = () => view.root.getRootNode().fullscreenElement === view.root;
  function show(large) {
    view.root.classList.toggle("tversky-present", large);
    view.large = large;
    adjust(node, { "aria-pressed": large });
    view.later();
  }
  const node = button("Present", () => {
    const large = !view.large;
    show(large);
    if (large) view.root.requestFullscreen?.().catch(() => {});
    else if (isFull()) document.exitFullscreen();
  });
  adjust(node, { "aria-pressed": false });
  view.root.addEventListener("fullscreenchange", () => isFull() || show(false)); // Escape
  return node;
}

/** Guess first, then move, then see: the first press keeps the value as a guess, the second opens the answer. */
function guessButton(view, name) {
  const node = button("", () => {
    if (view.get("guess") === null) view.set({ guess: view.get(name) });
    else answerAfter(view.root)?.setAttribute("open", "");
  });
  return {
    node,
    update() {
      const made = view.get("guess") !== null;
      const answer = answerAfter(view.root);
      write(node, made ? "Show the answer" : `My guess: ${view.values[name].label} ${view.say(name)}`);
      node.disabled = made && !answer;
      node.hidden = made && !answer;
    },
  };
}

/** The first answer in the text after an explorer. */
function answerAfter(root) {
  return [...document.querySelectorAll("details.tversky-answer")].find((one) => isBefore(root, one));
}

function button(words, press) {
  const node = element("button", { type: "button" }, words);
  node.addEventListener("click", press);
  return node;
}
