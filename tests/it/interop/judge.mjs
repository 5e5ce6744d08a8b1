// Judges every line of a file by our JSON Schemas, as a Node.js service would that knows nothing else of us.
//
// Usage: judge.mjs SCHEMAS MESSAGES annotations|formats
// Prints a JSON value for each line: null where the schema accepts the message, else the reason why not.

import { readFileSync } from "node:fs";

import { compile } from "./schemas.mjs";

const [folder, messages, formats] = process.argv.slice(2);
const validators = compile(folder, { formats: { annotations: false, formats: true }[formats] });
// By default a decoder mends what is not UTF-8, and drops a byte order mark.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function judge(line) {
  let message;
  try {
    message = JSON.parse(utf8.decode(line));
  } catch (error) {
    // It may quote half of a surrogate pair, which has no place in the output.
    return `${error.name}: ${error.message.toWellFormed()}`;
  }
  const validate = validators.get(`${message?.type}.v${message?.dataversion}.schema.json`);
  if (validate === undefined) return "unknown type or version";
  if (validate(message)) return null;
  const [{ instancePath, message: reason }] = validate.errors;
  return `${instancePath}: ${reason}`;
}

function* lines(bytes) {
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

const verdicts = [];
for (const line of lines(readFileSync(messages))) verdicts.push(JSON.stringify(judge(line)));
process.stdout.write(verdicts.join("\n") + "\n");
