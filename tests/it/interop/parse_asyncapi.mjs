// Parses an AsyncAPI document, and prints the names of its messages and everything that the parser remarked, from
// errors to hints.
//
// Usage: parse_asyncapi.mjs DOCUMENT

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Parser } = createRequire(import.meta.url)("@asyncapi/parser");

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const messages = document?.components().messages().all().map((message) => message.name()).sort();
console.log(JSON.stringify({ messages, diagnostics: diagnostics.map(({ code, message, path }) => ({ code, message, path })) }));
