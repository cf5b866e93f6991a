// Reads a list of graphs in ELK's JSON from standard input and writes them with positions.
"use strict";
const ELK = require(process.argv[2]);
let text = "";
process.stdin.setEncoding("utf-8");
process.stdin.on("data", (part) => { text += part; });
process.stdin.on("end", async () => {
  try {
    const elk = new ELK();
    const graphs = [];
    for (const graph of JSON.parse(text)) graphs.push(await elk.layout(graph));
    process.stdout.write(JSON.stringify(graphs));
  } catch (error) {
    process.stderr.write(String(error && error.message || error));
    process.exitCode = 1;
  }
});
