// What the tests ask of a page, as window.probe. A function named why... says why something is not so yet, and ""
// once it is so: the tests ask again until it is, and a wait that takes too long ends with a reason.
//
// Notebooks are asked through JupyterLab's own model, not through the page, wherever that is possible: the model
// knows every cell, whatever part of the notebook JupyterLab has put into the page.
window.probe = (() => {
  const EXPLORER = ".tverskylib-explorer, .tversky-explorer";
  const CHOICE = ".tverskylib-choice"; // what a lesson trains: dropdowns without a picture
  const SLIDER = ".noUi-handle, input[type=range]";
  const PICTURE = "img, canvas, svg";
  const WIDGET = "application/vnd.jupyter.widget-view+json";

  // What JupyterLab and nbconvert say of a picture that has no alt text of its own.
  const NO_ALT = new Set(["Image", "No description has been provided for this image"]);

  // The open notebook; null in Voila, whose page has no such thing.
  function panel() {
    const widget = window.jupyterapp?.shell?.currentWidget;
    return widget?.sessionContext && widget.content?.widgets ? widget : null;
  }
  const kernel = () => panel()?.sessionContext.session?.kernel ?? null;
  const cells = () => panel().content.widgets;
  const outputs = (cell) => cell.model.outputs?.toJSON() ?? [];
  const images = () => [...document.querySelectorAll(".jp-OutputArea img")];
  const text = (lines) => [lines].flat().join("");

  // ------------------------------------------------------------------------------------------------- opening

  // JupyterLab shows a notebook a second or more before its session has a kernel. Run All in that time finds "no
  // kernel" and then, as chance has it, takes every stored output away, runs nothing and reports success, or asks the
  // reader to select a kernel and waits for ever. Later the kernel is there, all looks idle, and nothing tells what
  // happened. So nothing is run before the session is ready and its kernel has answered.
  function whyNotReady(path) {
    if (dialog()) return dialog();
    if (!panel()) return "no notebook is open";
    if (panel().context.path !== path) return `${panel().context.path} is open`;
    if (!panel().context.isReady) return "the notebook is being read";
    if (!panel().sessionContext.isReady) return "the session has not started";
    if (!kernel()) return "the session has no kernel";
    if (kernel().connectionStatus !== "connected") return `the kernel is ${kernel().connectionStatus}`;
    return whyBusy() || whyNotDrawn();
  }

  function dialog() {
    const open = document.querySelector(".jp-Dialog");
    return open ? `a dialog is open: ${open.innerText}` : "";
  }

  function whyBusy() {
    const status = kernel()?.status ?? "idle"; // Voila's page does not show its kernel
    return status === "idle" ? "" : `the kernel is ${status}`;
  }

  function whyNotDrawn() {
    const absent = panel() ? cells().filter((cell) => cell.isPlaceholder() || !cell.isAttached).length : 0;
    if (absent) return `${absent} cells are not in the page`;
    const loading = images().filter((image) => !(image.complete && image.naturalWidth > 0));
    return loading.length ? `${loading.length} images are not loaded, among them: ${loading[0].alt}` : "";
  }

  // ------------------------------------------------------------------------------------------------- running

  // Every cell, as with the menu. The stored outputs are marked first: whatever still has the mark was not run.
  async function runAll(seconds) {
    for (const output of document.querySelectorAll(".jp-OutputArea-child")) output.dataset.stored = "true";
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve("late"), 1000 * seconds);
    });
    const result = await Promise.race([window.jupyterapp.commands.execute("notebook:run-all-cells"), late]);
    clearTimeout(timer);
    if (result === "late") return `Run All did not end within ${seconds} s${dialog() && `, ${dialog()}`}`;
    return result === true ? "" : "a cell failed";
  }

  function whyNotRun() {
    const stored = document.querySelectorAll(".jp-OutputArea-child[data-stored]").length;
    if (stored) return `${stored} outputs are those that were stored`;
    const waiting = cells().filter(
      (cell) => cell.model.type === "code" && cell.model.sharedModel.getSource().trim() && !cell.model.executionCount,
    );
    if (waiting.length) return `${waiting.length} cells have no execution count`;
    const missing = withWidget().filter((number) => !withExplorer().includes(number));
    return whyBusy() || (missing.length ? `cells ${missing} show a widget but no explorer` : "") || whyNotDrawn();
  }

  const numbers = (condition) => cells().flatMap((cell, index) => (condition(cell) ? [index + 1] : []));
  const withWidget = () =>
    numbers((cell) => outputs(cell).some((output) => output.data?.[WIDGET]) && !cell.node.querySelector(CHOICE));
  const withExplorer = () => numbers((cell) => cell.node.querySelector(EXPLORER));

  // In Voila, which shows a notebook that its kernel has run, there is no model to ask.
  function whyNotServed(count) {
    const there = explorers().filter((node) => node.getBoundingClientRect().height > 0).length;
    return there < count ? `${there} of ${count} explorers are in view` : whyNotDrawn();
  }

  // Errors and warnings in the outputs.
  function complaints() {
    return cells().flatMap((cell, index) =>
      outputs(cell).flatMap((output) => {
        if (output.output_type === "error") return [`cell ${index + 1}: ${output.ename}: ${output.evalue}`];
        return output.name === "stderr" ? [`cell ${index + 1}, stderr: ${text(output.text)}`] : [];
      }),
    );
  }

  // The alt texts of all pictures in outputs, "" for those that have none.
  const alts = () => images().map(alt);
  function alt(image) {
    const words = image.getAttribute("alt")?.trim() ?? "";
    return NO_ALT.has(words) ? "" : words;
  }

  // --------------------------------------------------------------------------------------------- explorers

  const explorers = () =>
    [...document.querySelectorAll(EXPLORER)].filter((node) => !node.parentElement.closest(EXPLORER));
  const sliders = () =>
    explorers().flatMap((explorer, number) =>
      [...explorer.querySelectorAll(SLIDER)].map((_, slider) => ({ explorer: number, slider })),
    );
  const nodes = (at) => {
    const explorer = explorers()[at.explorer];
    return { explorer, slider: explorer.querySelectorAll(SLIDER)[at.slider] };
  };
  const pictures = (explorer) =>
    [...explorer.querySelectorAll(PICTURE)].filter((picture) => !picture.parentElement.closest("svg"));
  const outputOf = (node) => node.closest(".jp-OutputArea-output") ?? node.parentElement;

  // Charts are made for their width: to compare them, all explorers get the same.
  function setWidth(pixels) {
    for (const explorer of document.querySelectorAll(".tversky-explorer")) {
      Object.assign(explorer.style, { width: `${pixels}px`, maxWidth: "none" });
    }
  }

  const ID = /tversky-[a-z]+-\d+-[0-9a-z]+/g; // of patterns and clips: they differ from page to page

  function drawn(picture) {
    if (picture instanceof HTMLImageElement) return picture.src;
    return hash(picture instanceof HTMLCanvasElement ? picture.toDataURL() : picture.innerHTML.replaceAll(ID, ""));
  }

  function hash(words) {
    let value = 0;
    for (let k = 0; k < words.length; k++) value = (31 * value + words.charCodeAt(k)) | 0;
    return `${words.length}:${value}`;
  }

  // What a reader sees of one slider and of its explorer.
  function look(at) {
    const { explorer, slider } = nodes(at);
    const row = slider.closest(".widget-inline-hbox") ?? slider.parentElement;
    const native = slider instanceof HTMLInputElement;
    const [now, max] = native
      ? [slider.value, slider.max]
      : ["now", "max"].map((name) => slider.getAttribute(`aria-value${name}`));
    return {
      name: slider.getAttribute("aria-label") ?? [...(slider.labels ?? [])].map((label) => label.textContent).join(" "),
      atTheEnd: Number(now) >= Number(max),
      words: row.innerText,
      spoken: slider.getAttribute("aria-valuetext"),
      pictures: pictures(explorer).map(drawn),
      images: explorer.querySelectorAll("img").length,
      alts: [...explorer.querySelectorAll("img")].map(alt),
      height: outputOf(explorer).getBoundingClientRect().height,
    };
  }

  function whyNotMoved(at, before) {
    const alert = nodes(at).explorer.querySelector("[role=alert]");
    if (alert) return `the explorer shows an error: ${alert.innerText}`;
    const after = look(at);
    if (after.words === before.words) return `its text stays ${JSON.stringify(after.words)}`;
    if (after.spoken !== null && after.spoken === before.spoken) return `a screen reader still hears ${after.spoken}`;
    if (JSON.stringify(after.pictures) === JSON.stringify(before.pictures)) return "the picture does not change";
    if (!after.name.trim()) return "it has no name for a screen reader"; // it gets one a moment after it appears
    return whyBusy() || whyNotDrawn();
  }

  // What an explorer shows, to be compared with the same explorer elsewhere: its pictures and its numbers.
  function shows(number) {
    const explorer = explorers()[number];
    const values = [...explorer.querySelectorAll("data")].map((data) => [data.dataset.name, data.value]);
    return { pictures: pictures(explorer).map(drawn), values, words: explorer.innerText };
  }

  // Let the notebook's kernel run some code; what it printed.
  async function python(code) {
    let printed = "";
    const future = kernel().requestExecute({ code, store_history: false });
    future.onIOPub = ({ content }) => (printed += content.text ?? (content.evalue ? `error: ${content.evalue}` : ""));
    await future.done;
    return printed;
  }

  // The heights of an output from now on, at every frame that the reader sees, and not only before and after: a picture
  // that is taken away and comes back makes the page jump in between.
  let watched = null;
  function watchHeight(at) {
    const output = outputOf(nodes(at).explorer);
    const heights = [output.getBoundingClientRect().height];
    const observer = new ResizeObserver(() => heights.push(output.getBoundingClientRect().height));
    observer.observe(output);
    watched = { observer, heights };
  }
  function watchedHeights() {
    watched.observer.disconnect();
    return watched.heights;
  }

  return {
    alts,
    complaints,
    look,
    python,
    runAll,
    setWidth,
    shows,
    sliders,
    watchHeight,
    watchedHeights,
    whyBusy,
    whyNotMoved,
    whyNotReady,
    whyNotRun,
    whyNotServed,
    withExplorer,
    withWidget,
    explorers: () => explorers().length,
    focus: (at) => nodes(at).slider.focus(),
    shutdown: () => panel()?.sessionContext.shutdown(),
  };
})();
