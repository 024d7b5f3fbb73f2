// Small helpers for elements. They keep the views free of repetition, and no more.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes and children; children that are strings become text. */
export function element(tag, attributes = {}, ...children) {
  return dressed(document.createElement(tag), attributes, children);
}

/** The same for SVG, whose elements live in a namespace of their own. */
export function shape(tag, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, tag), attributes, children);
}

function dressed(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Set attributes, but touch only those that change: a write that changes nothing still costs the page a style pass. */
export function adjust(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/** Set the text of a node if it changes. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show a number as text, and keep the number itself, all digits of it, in the element. */
export function writeNumber(node, value, text) {
  adjust(node, { value: Number.isNaN(value) ? "NaN" : value });
  write(node, text);
}

/** Where a node stands in the text: itself, or what holds the shadow root that it is drawn in, as on a site. */
export function placeOf(node) {
  return node.getRootNode().host ?? node;
}

/** Whether one node stands before another in the text. */
export function isBefore(one, other) {
  return Boolean(placeOf(one).compareDocumentPosition(placeOf(other)) & Node.DOCUMENT_POSITION_FOLLOWING);
}

/** All elements that match, those in the shadow roots of a site too, in the order of the text. */
export function everywhere(selector) {
  const roots = [document, ...[...document.querySelectorAll("[data-explorer]")].map(({ shadowRoot }) => shadowRoot)];
  const found = roots.flatMap((root) => (root ? [...root.querySelectorAll(selector)] : []));
  return found.sort((one, other) => (isBefore(one, other) ? -1 : 1));
}

let made = 0;

/** An id that no other element of the page has: labels refer to it, and a page may hold an explorer twice. */
export function freshId(name) {
  return `tversky-${name}-${++made}-${Math.random().toString(36).slice(2, 8)}`;
}

/** The bytes of a value that came from Python (a DataView) or from the page (a Uint8Array), copied and so aligned. */
export function bytesOf(value) {
  return new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
}
