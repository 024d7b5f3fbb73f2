// Called by the Python tests: evaluates functions of the explorers' modules. Standard input is a JSON list of
// {module, name, values}; standard output the JSON list of results. Numbers that JSON lacks become strings.

import { readFileSync } from "node:fs";

const folder = new URL("../../tverskylib/explorers/browser/", import.meta.url);
const calls = JSON.parse(readFileSync(0, "utf-8"));
const results = [];
for (const { module, name, values } of calls) {
  const loaded = await import(new URL(module, folder));
  results.push(loaded[name](...values));
}

function plain(_, value) {
  if (ArrayBuffer.isView(value)) return [...value];
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
process.stdout.write(JSON.stringify(results, plain));
