// Stands in for the kernel in a page without one: the same five methods that an explorer uses of a widget's model.

/** Values with listeners. Nothing is sent anywhere. */
export class PageModel {
  constructor(values) {
    this.values = values;
    this.listeners = new Map();
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    if (Object.is(this.values[name], value)) return;
    this.values[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }

  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  off(event, listener) {
    const others = (this.listeners.get(event) ?? []).filter((one) => one !== listener);
    this.listeners.set(event, others);
  }

  save_changes() {}
}

/** The state as the page holds it: JSON, with bytes in base64. */
export function stateOf(text) {
  const values = JSON.parse(text);
  for (const [name, value] of Object.entries(values)) {
    if (typeof value?.base64 === "string") values[name] = bytes(atob(value.base64));
  }
  return values;
}

// A loop: `Uint8Array.from` calls a function a byte, which a slow telephone feels before it draws anything.
function bytes(text) {
  const found = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) found[k] = text.charCodeAt(k);
  return found;
}

/** Show the explorer of this page. */
export function start(render) {
  const model = new PageModel(stateOf(document.getElementById("state").textContent));
  render({ model, el: document.getElementById("explorer") });
  globalThis.explorer = model; // for tests, and for readers who look behind the page
}
