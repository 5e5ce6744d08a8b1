// The schemas of a folder, compiled by ajv.

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// `import` does not look into NODE_PATH, `require` does.
const require = createRequire(import.meta.url);
const Ajv = require("ajv/dist/2020").default;
const addFormats = require("ajv-formats").default;

/** Compiles every schema; the keys of the map are the names of the files. */
export function compile(folder, { formats }) {
  const ajv = new Ajv({
    strict: true,
    // It wants every name of `required` under the `properties` of the very same subschema, which `anyOf` over
    // `required` ("one of these measures is present") cannot give. Every other strict rule holds, also `strictTypes`.
    strictRequired: false,
    // In 2020-12 `format` is an annotation; the patterns of our schemas say what is allowed. Without this, strict mode
    // refuses formats that it cannot assert. With ajv-formats they are asserted on top.
    validateFormats: formats,
  });
  // ajv resolves `$anchor`, but does not count it among the keywords that strict mode knows.
  ajv.addKeyword("$anchor");
  if (formats) addFormats(ajv);
  const names = readdirSync(folder).filter((name) => name.endsWith(".schema.json")).sort();
  return new Map(names.map((name) => [name, ajv.compile(JSON.parse(readFileSync(join(folder, name), "utf8")))]));
}
