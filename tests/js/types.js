// Checks values against the SDK's own type declarations (*.d.ts): at run time the SDK looks at nothing but discriminators,
// so its types would otherwise decide nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.resolve("@portone/server-sdk"))), "generated");
const declarations = new Map();

/** Fails with every place where the value is not of the type, which is named by its file ("payment/PaidPayment"). */
export function checkType(file, value) {
  const problems = [];
  check(declaration(path.join(root, file)), value, "", problems);
  assert.deepEqual(problems, [], `not a ${file}: ${JSON.stringify(value)}`);
}

/** A type's text and the files of the types it mentions. */
function declaration(file) {
  if (!declarations.has(file)) {
    const source = readFileSync(`${file}.d.ts`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    const imports = new Map();
    for (const [, name, from] of source.matchAll(/import type \{ (\w+) \} from "(.+?)\.js";/g)) {
      imports.set(name, path.join(path.dirname(file), from));
    }
    const text = source.match(/export type \w+ =([\s\S]*?);\s*(?:export |$)/)?.[1];
    assert.ok(text, `no type in ${file}`);
    declarations.set(file, { text: text.trim(), imports });
  }
  return declarations.get(file);
}

function check({ text, imports }, value, at, problems) {
  const terms = split(text, "|").filter((term) => !term.includes("Unrecognized"));
  if (terms.every((term) => /^(".*"|string & \{\})$/.test(term))) {
    // The SDK lets any text pass here; a listed one is wanted all the same.
    if (!terms.includes(JSON.stringify(value))) problems.push(`${at}: ${JSON.stringify(value)} is none of ${text}`);
    return;
  }
  const tries = terms.map((term) => {
    const found = [];
    checkTerm(term, imports, value, at, found);
    return found;
  });
  // Of a union the member that fits best tells what is wrong.
  problems.push(...tries.reduce((best, found) => (found.length < best.length ? found : best)));
}

function checkTerm(term, imports, value, at, problems) {
  if (term.endsWith("[]")) {
    if (!Array.isArray(value)) problems.push(`${at}: no array`);
    else value.forEach((item, index) => checkTerm(term.slice(0, -2), imports, item, `${at}[${index}]`, problems));
  } else if (term.startsWith("{")) {
    checkMembers(term, imports, value, at, problems);
  } else if (["string", "boolean", "object"].includes(term)) {
    if (typeof value !== term || value === null) problems.push(`${at}: ${JSON.stringify(value)} is no ${term}`);
  } else if (term === "number") {
    // Every number of the payment area is a whole one.
    if (!Number.isSafeInteger(value)) problems.push(`${at}: ${JSON.stringify(value)} is no whole number`);
  } else {
    assert.ok(imports.has(term), `a type this checker does not know: ${term}`);
    check(declaration(imports.get(term)), value, at, problems);
  }
}

function checkMembers(term, imports, value, at, problems) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push(`${at}: ${JSON.stringify(value)} is no object`);
    return;
  }
  for (const member of split(term.slice(1, -1), ";")) {
    const [, name, optional, type] = member.match(/^(?:readonly )?(\w+)(\??): ([\s\S]+)$/);
    const place = at === "" ? name : `${at}.${name}`;
    if (value[name] !== undefined) check({ text: type, imports }, value[name], place, problems);
    else if (!optional) problems.push(`${place}: missing`);
  }
}

/** Splits at a separator that stands outside of braces. */
function split(text, separator) {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    depth += character === "{" ? 1 : character === "}" ? -1 : 0;
    if (character === separator && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
