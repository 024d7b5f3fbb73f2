// What every explorer shares: one redraw a frame, words for those who do not see the picture, and an orderly end.

import { element, write } from "./dom.js";
import { followTheme } from "./theme.js";

const PAUSE = 400; // milliseconds of rest before the new values are spoken: not every step of a key that is held

/**
 * A view of a model.
 *
 * @param {object} options model and el as anywidget gives them, and the title of the explorer
 */
export class View {
  constructor({ model, el, title, name }) {
    this.model = model;
    this.spoken = element("output", { class: "tversky-spoken", "aria-live": "polite", "aria-atomic": "true" });
    this.root = element("section", {
      class: `tversky-explorer tversky-${name}`,
      "aria-label": title,
      // JupyterLab's shortcuts would take the arrow keys before they reach a slider.
      "data-lm-suppress-shortcuts": "true",
    });
    this.root.append(this.spoken);
    el.append(this.root);
    this.ends = [followTheme(this.root)];
    this.frame = 0;
  }

  get(name) {
    return this.model.get(name);
  }

  /** Set values here and in Python. */
  set(values) {
    for (const [name, value] of Object.entries(values)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Draw now, and once a frame after changes of these values, from wherever they come. */
  follow(names, draw) {
    this.draw = draw;
    const later = () => {
      this.frame ||= requestAnimationFrame(() => this.redraw());
    };
    for (const name of names) {
      this.model.on(`change:${name}`, later);
      this.ends.push(() => this.model.off(`change:${name}`, later));
    }
    this.redraw();
  }

  redraw() {
    this.frame = 0;
    const start = performance.now();
    try {
      this.say(this.draw());
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
  say(words) {
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
