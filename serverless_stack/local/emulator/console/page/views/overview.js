// What is deployed, with its URLs.

import { get } from "../api.js";
import { badge, details, fill, h, link, note, pairs, plural, table } from "../dom.js";

export async function show(root) {
  const update = async () => {
    const found = await get("/api/overview");
    const opened = new Set([...root.querySelectorAll("details[open]")].map((each) => each.dataset.id));
    fill(root, content(found));
    for (const each of root.querySelectorAll("details")) each.open = opened.has(each.dataset.id);
  };
  await update();
  return {
    receive: (messages) => {
      if (messages.some((each) => each.type === "deployed")) update().catch(() => {});
    },
  };
}

function content({ stacks, functions, urls, endpoint, logs }) {
  if (!stacks.some((stack) => stack.name !== "CDKToolkit")) {
    return [note("Nothing is deployed yet. Deploy your app with ",
      h("code", {}, "serverless-stack local deploy"), ". This page follows by itself."), more(endpoint, logs)];
  }
  return [places(urls), stacks.map(stackCard), functionsCard(functions), more(endpoint, logs)];
}

function places(urls) {
  const items = [
    ...urls.distributions.map((each) => ["CDN", each.id, each.url]),
    ...urls.apis.map((each) => ["API", `${each.name} (${each.stage})`, each.url]),
    ...urls.functions.map((each) => ["Function", each.name, each.url]),
  ];
  if (!items.length) return null;
  return h("section", { class: "card", "aria-labelledby": "urls" }, h("h2", { id: "urls" }, "Open"),
    h("ul", { class: "urls" }, items.map(([kind, name, url]) =>
      h("li", {}, badge(kind, "kind"), h("span", { class: "name" }, name), link(url),
        kind === "Function" ? null
          : h("a", { class: "button quiet", href: `#/requests/${encodeURIComponent(url)}` }, "Send a request")))));
}

function state(status) {
  if (status.includes("ROLLBACK") || status.includes("FAILED")) return "bad";
  return status.endsWith("_COMPLETE") ? "ok" : "busy";
}

function stackCard(stack) {
  const box = h("div");
  const list = details(plural(stack.resources, "resource"), box);
  list.dataset.id = stack.id;
  list.addEventListener("toggle", async () => {
    if (!list.open || box.childElementCount) return;
    const { resources } = await get("/api/resources", { stack: stack.id });
    fill(box, table(`Resources of ${stack.name}`, [["Logical id"], ["Type"], ["Physical id", "break"]],
      resources.map((each) => [each.id, each.type, each.physical_id])));
  });
  return h("section", { class: "card" },
    h("h2", {}, stack.name, " ", badge(stack.status.replaceAll("_", " ").toLowerCase(), state(stack.status))),
    stack.reason ? h("p", { class: "problem" }, stack.reason) : null,
    h("p", { class: "muted" }, `${stack.account} · ${stack.region}`),
    stack.outputs.length && stack.name !== "CDKToolkit"
      ? pairs(stack.outputs.map((each) => [each.key, h("code", {}, each.value)])) : null,
    list);
}

function functionsCard(functions) {
  if (!functions.length) return null;
  return h("section", { class: "card" }, h("h2", {}, "Functions"),
    table("Functions", [["Name", "break"], ["Runtime"], ["Handler"], ["Memory", "number"], ["Time-out", "number"], ["Log"]],
      functions.map((each) => [each.name, each.runtime, each.handler, `${each.memory} MB`, `${each.timeout} s`,
        h("a", { href: `#/logs/${encodeURIComponent(each.name)}` , "aria-label": `Log of ${each.name}` }, "Log")])));
}

function more(endpoint, logs) {
  return h("section", { class: "card" }, h("h2", {}, "For other tools"),
    pairs([["AWS endpoint", h("code", {}, endpoint)], ["Log files", h("code", {}, logs)]]),
    note("The AWS CLI and boto3 reach this cloud after ",
      h("code", {}, 'eval "$(serverless-stack local env)"'), "."));
}
