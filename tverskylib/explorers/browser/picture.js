// One picture in a page: it changes in place, keeps its size while it loads, has its alt text, and says if it is dark.

import { followTheme } from "./theme.js";

/** Show the picture that Python draws; Python is told whether the page is dark. */
export function render({ model, el }) {
  const img = document.createElement("img");
  img.className = "tverskylib-picture";
  img.style.maxWidth = "100%";
  img.style.height = "auto";
  el.append(img);

  let shown = null;
  function draw() {
    const previous = shown;
    shown = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
    img.addEventListener("load", () => previous && URL.revokeObjectURL(previous), { once: true });
    img.width = model.get("width");
    img.height = model.get("height");
    img.alt = model.get("alt");
    img.src = shown;
  }
  model.on("change:png", draw);
  draw();

  const unfollow = followTheme(el, (theme) => {
    model.set("dark", theme === "dark");
    model.save_changes();
  });
  const stop = nameSliders(el);
  return () => {
    unfollow();
    stop();
    model.off("change:png", draw);
    if (shown) URL.revokeObjectURL(shown);
  };
}

// The handles of ipywidgets' sliders carry no name of their own: give each the text of its label. The picture may be
// made before the box around it is in the page, and the sliders come one by one.
function nameSliders(el) {
  const BOX = ".tverskylib-explorer";
  const observer = new MutationObserver(name);
  let frame = 0;

  function name() {
    for (const handle of el.closest(BOX)?.querySelectorAll(".noUi-handle:not([aria-label])") ?? []) {
      const label = handle.closest(".jupyter-widgets")?.querySelector(".widget-label");
      if (label) handle.setAttribute("aria-label", label.textContent);
    }
  }

  function start() {
    const box = el.closest(BOX);
    if (!box) {
      frame = requestAnimationFrame(start);
      return;
    }
    observer.observe(box, { childList: true, subtree: true });
    name();
  }
  start();

  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}
