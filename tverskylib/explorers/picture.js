// One picture in a page: it changes in place, keeps its size while it loads, and has its alt text.
function render({ model, el }) {
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

  const stop = nameSliders(el);
  return () => {
    stop();
    model.off("change:png", draw);
    if (shown) URL.revokeObjectURL(shown);
  };
}

// The handles of ipywidgets' sliders carry no name of their own: give each the text of its label.
function nameSliders(el) {
  let tries = 0;
  const timer = setInterval(() => {
    const box = el.closest(".tverskylib-explorer");
    const handles = box ? box.querySelectorAll(".noUi-handle") : [];
    for (const handle of handles) {
      const row = handle.closest(".jupyter-widgets");
      const label = row && row.querySelector(".widget-label");
      if (label) handle.setAttribute("aria-label", label.textContent);
    }
    if (handles.length > 0 || ++tries > 50) clearInterval(timer);
  }, 100);
  return () => clearInterval(timer);
}

export default { render };
