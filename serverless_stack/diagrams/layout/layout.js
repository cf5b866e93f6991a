// Reads a graph in ELK's JSON from standard input and writes it with positions.
"use strict";
const ELK = require(process.argv[2]);
let text = "";
process.stdin.setEncoding("utf-8");
process.stdin.on("data", (part) => { text += part; });
process.stdin.on("end", () => {
  new ELK().layout(JSON.parse(text)).then(
    (graph) => process.stdout.write(JSON.stringify(graph)),
    (error) => { process.stderr.write(String(error && error.message || error)); process.exit(1); },
  );
});
