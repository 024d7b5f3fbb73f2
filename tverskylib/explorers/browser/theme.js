// Light or dark, as the page around is: JupyterLab says so on the body, other pages by the reader's own setting.

/** What the page around is. */
export function themeOf(page = document, prefersDark = query()?.matches) {
  const said = page.body?.getAttribute("data-jp-theme-light");
  if (said === "true") return "light";
  if (said === "false") return "dark";
  return prefersDark ? "dark" : "light";
}

/** Mark an element with the theme and tell it, now and whenever it changes. Returns what ends it. */
export function followTheme(node, tell = () => {}) {
  const mark = () => {
    node.setAttribute("data-theme", themeOf());
    tell(themeOf());
  };
  const wish = query();
  const lab = new MutationObserver(mark);
  lab.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  wish?.addEventListener("change", mark);
  mark();
  return () => {
    lab.disconnect();
    wish?.removeEventListener("change", mark);
  };
}

function query() {
  return globalThis.matchMedia?.("(prefers-color-scheme: dark)");
}
