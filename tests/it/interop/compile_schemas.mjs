// Compiles every schema of a folder, with and without formats, and prints the names of the files.
//
// Usage: compile_schemas.mjs SCHEMAS

import { compile } from "./schemas.mjs";

const folder = process.argv[2];
compile(folder, { formats: true });
for (const name of compile(folder, { formats: false }).keys()) console.log(name);
