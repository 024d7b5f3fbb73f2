// Scales, keys and words: what a reader reaches with the keyboard, and what is read out.

import assert from "node:assert/strict";
import { test } from "node:test";

import { goal, stepsOf } from "../../tverskylib/explorers/browser/controls.js";
import { linear, logarithmic } from "../../tverskylib/explorers/browser/scales.js";
import { themeOf } from "../../tverskylib/explorers/browser/theme.js";
import { decimals, percent, scientific, signed } from "../../tverskylib/explorers/browser/words.js";

test("steps on a plain scale are exact numbers", () => {
  const scale = linear(0.05, 2, 0.05);
  let value = 0.05;
  for (let k = 2; k <= 40; k++) {
    value = scale.moved(value, 1);
    assert.equal(value, Number((k * 0.05).toFixed(2)));
  }
  assert.equal(scale.moved(2, 1), 2);
});

test("a value between two steps goes to one of them", () => {
  const scale = linear(0, 1, 0.01);
  assert.equal(scale.moved(0.333, 1), 0.34);
  assert.equal(scale.moved(0.333, -1), 0.32);
  assert.equal(scale.toPosition(0.333), 0.333, "but stays where it is until then");
});

test("values beyond the ends stand at the ends", () => {
  const scale = linear(0.05, 2, 0.05);
  assert.equal(scale.toPosition(5), 2);
  assert.equal(scale.moved(5, -1), 1.95);
});

test("a logarithmic scale may have 0 as its first step", () => {
  const scale = logarithmic(-6, 0.5, 0.1, { zero: true });
  assert.equal(scale.toValue(scale.low), 0);
  assert.equal(scale.moved(0, 1), 1e-6);
  assert.equal(scale.moved(1e-6, -1), 0);
  assert.equal(scale.toPosition(0), scale.low);
  assert.equal(scale.moved(0.1, 10), 1);
});

test("both ends of the axis of p can be reached and come back", () => {
  const scale = logarithmic(-4, Math.log10(0.5), 0.05);
  assert.equal(goal(scale, 0.01, Infinity), 0.5);
  assert.equal(goal(scale, 0.01, -Infinity), 0.0001);
  assert.equal(scale.moved(scale.moved(0.01, 1), -1), 0.01);
});

test("keys: arrows, pages, ends, Shift for ten times as far; shortcuts are left alone", () => {
  assert.equal(stepsOf({ key: "ArrowRight" }), 1);
  assert.equal(stepsOf({ key: "ArrowDown" }), -1);
  assert.equal(stepsOf({ key: "PageUp" }), 10);
  assert.equal(stepsOf({ key: "ArrowLeft", shiftKey: true }), -10);
  assert.equal(stepsOf({ key: "End" }), Infinity);
  assert.equal(stepsOf({ key: "ArrowRight", ctrlKey: true }), null);
  assert.equal(stepsOf({ key: "a" }), null);
  assert.equal(stepsOf({ key: "Tab" }), null);
});

test("numbers in words", () => {
  assert.equal(decimals(NaN), "undefined");
  assert.equal(decimals(-0.0001), "0.000");
  assert.equal(decimals(-0.5, 2), "−0.50");
  assert.equal(percent(0.013889), "1.39 %");
  assert.equal(percent(0.5), "50.0 %");
  assert.equal(scientific(0), "0");
  assert.equal(scientific(1e-6), "10⁻⁶");
  assert.equal(scientific(0.25), "0.25");
  assert.equal(scientific(-0.000123), "−1.23·10⁻⁴");
  assert.equal(signed(0.001), "+10⁻³");
});

test("the theme is JupyterLab's where there is one, and the reader's where not", () => {
  const page = (said) => ({ body: { getAttribute: () => said } });
  assert.equal(themeOf(page("false"), false), "dark");
  assert.equal(themeOf(page("true"), true), "light");
  assert.equal(themeOf(page(null), true), "dark");
  assert.equal(themeOf(page(null), false), "light");
});
