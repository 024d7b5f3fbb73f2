// What every explorer shares: its values, one redraw a frame, words for those who do not see it, and an orderly end.

import { element, write } from "./dom.js";
import { followTheme } from "./theme.js";
import { goal } from "./controls.js";
import { SIZES } from "./constants.js";
import { scaleOf } from "./scales.js";
import { SAY } from "./words.js";

const PAUSE = 400; // milliseconds of rest before the new values are spoken: not every step of a key that is held
const REMEMBERED = 60; // positions of a trail

/**
 * A view of a model.
 *
 * @param {object} options model and el as anywidget gives them; about, the declaration's Python part; `still` for a
 *   frame of a strip, which has no controls and is light
 */
export class View {
  constructor({ model, el, about, still = false, unnamed = false }) {
    this.model = model;
    Object.assign(this, { still, unnamed });
    this.names = about.values.map(({ name }) => name);
    this.values = Object.fromEntries(about.values.map((one) => [one.name, one]));
    this.scales = {};
    for (const { name, scale } of about.values) if (scale) this.scales[name] = scaleOf(scale);
    this.history = []; // where it stood, for trails
    this.local = {}; // what is pointed at: shown, but no value of the explorer
    this.spoken = element("output", { class: "tversky-spoken", "aria-live": "polite", "aria-atomic": "true" });
    this.root = element("div", {
      class: `tversky-explorer tversky-${about.name}${still ? " tversky-still" : ""}`,
      role: "group", // no landmark: a lesson may show an explorer twice, and two need names of their own
      "aria-label": about.title,
      // JupyterLab's shortcuts would take the arrow keys before they reach a slider.
      "data-lm-suppress-shortcuts": "true",
    });
    this.root.append(this.spoken);
    el.append(this.root);
    this.ends = still ? [] : [followTheme(this.root)];
    this.frame = 0;
    this.large = false; // letters for a lecture hall: a chart is drawn anew when this changes
  }

  get(name) {
    return this.model.get(name);
  }

  /** All that a figure is a function of. */
  now() {
    const values = Object.fromEntries(this.names.map((name) => [name, this.get(name)]));
    return { ...values, guess: this.get("guess") ?? null, history: this.history, pointed: this.local };
  }

  /** A value as it is written and spoken. */
  say(name) {
    return SAY[this.values[name].say](this.get(name));
  }

  /** Set values here and in Python. A jump, to a preset, begins a new trail. */
  set(values, { jump = false } = {}) {
    const before = Object.fromEntries(this.names.map((name) => [name, this.get(name)]));
    this.history = jump ? [] : [...this.history.slice(1 - REMEMBERED), before];
    for (const [name, value] of Object.entries(values)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Move a value by some steps of its slider. */
  step(name, steps) {
    this.set({ [name]: goal(this.scales[name], this.get(name), steps) });
  }

  /** The value of a slider's step that is nearest. */
  snapped(name, value) {
    const scale = this.scales[name];
    return scale.toValue(scale.toPosition(value));
  }

  lowest(name) {
    return this.scales[name].toValue(this.scales[name].low);
  }

  highest(name) {
    return this.scales[name].toValue(this.scales[name].high);
  }

  /** Point at something; null ends it. */
  point(what) {
    this.local = what ?? {};
    this.later();
  }

  /** The size of letters, in pixels; that of the grammar as long as the explorer is not in the page. */
  fontSize() {
    return parseFloat(getComputedStyle(this.root).fontSize) || SIZES.label;
  }

  /** Draw now, and once a frame after changes of these values, from wherever they come. */
  follow(names, draw) {
    this.draw = draw;
    for (const name of names) {
      const later = () => this.later();
      this.model.on(`change:${name}`, later);
      this.ends.push(() => this.model.off(`change:${name}`, later));
    }
    this.redraw();
  }

  later() {
    this.frame ||= requestAnimationFrame(() => this.redraw());
  }

  redraw() {
    this.frame = 0;
    const start = performance.now();
    try {
      this.speak(this.draw());
      this.alert?.remove();
    } catch (error) {
      // A picture that stands still would look like an answer.
      this.alert ??= element("p", { role: "alert", class: "tversky-alert" });
      write(this.alert, `This could not be drawn: ${error}`);
      this.root.prepend(this.alert);
      throw error;
    }
    // For measurements: what this redraw took, in milliseconds, and how many there were.
    this.root.dataset.redrawMs = (performance.now() - start).toFixed(3);
    this.root.dataset.redraws = String(Number(this.root.dataset.redraws ?? 0) + 1);
  }

  /** Say the values once they rest. */
  speak(words) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => write(this.spoken, words), PAUSE);
  }

  close() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    for (const end of this.ends) end();
    this.root.remove();
  }
}
