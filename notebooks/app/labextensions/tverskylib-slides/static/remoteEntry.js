// Lets sliders live on the slides of jupyterlab-rise 0.43.
//
// The page of the slides leaves out one of JupyterLab's modules, @jupyterlab/console. The widgets of ipywidgets 8 ask
// for it, to serve consoles too, and without it they do not start at all. A slide has no console, so an empty module
// under this name is enough. Where the real module is there, as in JupyterLab itself, it stays.
//
// Also, the arrow keys and Space turn the slides. With a slider in focus the arrows shall move the slider alone, and on a
// button Space and Enter shall press it.
window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB["tverskylib-slides"] = {
  init(shared) {
    const nothing = { IConsoleTracker: { name: "no consoles" }, CodeConsole: class {}, ConsolePanel: class {} };
    shared["@jupyterlab/console"] ??= {
      "4.0.0": { get: async () => () => nothing, from: "tverskylib-slides", eager: false },
    };
  },
  // An extension without plugins.
  get: async () => () => ({ __esModule: true, default: [] }),
};

// Both JupyterLab's shortcuts and the slides' own listen on the document. JupyterLab leaves an element with this
// attribute alone, and it is set on the way down, before the shortcuts look. On the way up this listener comes before
// that of the slides, as listeners are called in the order in which they came.
const slideKeys = {
  of: ({ target }) => Boolean(target.closest?.(".reveal :is(.tversky-explorer, .tverskylib-explorer)")),
  down(event) {
    if (slideKeys.of(event)) event.target.setAttribute?.("data-lm-suppress-shortcuts", "");
  },
  up(event) {
    const moves = event.key.startsWith("Arrow") || ["Home", "End", "PageUp", "PageDown"].includes(event.key);
    const presses = [" ", "Enter"].includes(event.key) && event.target.matches("button, summary");
    if ((moves || presses) && slideKeys.of(event)) event.stopImmediatePropagation();
  },
};
window.addEventListener("keydown", slideKeys.down, true);
document.addEventListener("keydown", slideKeys.up);
