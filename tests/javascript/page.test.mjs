// The stand-in for the kernel: values, listeners, and bytes from base64.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf } from "../../tverskylib/explorers/browser/dom.js";
import { PageModel, stateOf } from "../../tverskylib/explorers/browser/page.js";

test("a listener hears changes, and nothing after off", () => {
  const model = new PageModel({ alpha: 0.5 });
  let heard = 0;
  const listener = () => (heard += 1);
  model.on("change:alpha", listener);
  model.set("alpha", 1);
  model.set("alpha", 1);
  model.set("beta", 2);
  assert.equal(heard, 1, "only what changes, and only alpha");
  model.off("change:alpha", listener);
  model.set("alpha", 2);
  model.off("change:gamma", listener);
  assert.equal(heard, 1);
  assert.equal(model.get("alpha"), 2);
});

test("bytes come back from base64, numbers and lists as they are", () => {
  const state = stateOf('{"codes": {"base64": "AQID"}, "counts": [[1, 2, 3]], "p": 0.25}');
  assert.deepEqual([...state.codes], [1, 2, 3]);
  assert.deepEqual(state.counts, [[1, 2, 3]]);
  assert.equal(state.p, 0.25);
});

test("bytes of a view at an odd offset are copied, so that they can be read two by two", () => {
  const buffer = Uint8Array.from([9, 1, 0, 2, 0]).buffer;
  const codes = new Uint16Array(bytesOf(new DataView(buffer, 1, 4)).buffer);
  assert.deepEqual([...codes], [1, 2]);
});
