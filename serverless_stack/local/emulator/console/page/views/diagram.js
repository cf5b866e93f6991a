// The diagram of what is deployed. Boxes light up when their functions run.

import { get } from "../api.js";
import { announce, fill, h, note, pairs, plural, problem, table } from "../dom.js";

const LIT = 1200;

export async function show(root) {
  const picture = h("div", { class: "picture", tabindex: "0", role: "region", "aria-label": "Diagram" });
  const side = h("section", { class: "card detail stack", "aria-labelledby": "box", hidden: true });
  const fit = h("input", { id: "fit", type: "checkbox", checked: true, onchange: () => picture.classList.toggle("fit", fit.checked) });
  const bar = h("div", { class: "row middle" }, h("span", { class: "check" }, fit, h("label", { for: "fit" }, "Fit to the window")),
    h("span", { class: "muted" }, "Choose a box to see its resources. A function lights up when it runs."));
  picture.classList.add("fit");
  fill(root, note("Drawing the diagram. The first time, this takes some seconds."));
  let drawn = "", nodes = new Map(), sheet = null;
  const update = async () => {
    const { stacks } = await get("/api/overview");
    const deployed = stacks.map((each) => `${each.id} ${each.updated} ${each.status}`).join();
    if (deployed === drawn || stacks.some((each) => each.status.endsWith("_IN_PROGRESS"))) return;
    drawn = deployed;
    const found = await get("/api/diagram");
    if (!found.svg) {
      fill(root, note("Nothing is deployed yet. Deploy your app with ", h("code", {}, "serverless-stack local deploy"), "."));
      return;
    }
    const { svg, rules } = parsed(found.svg);
    if (sheet) drop(sheet);
    sheet = adopt(rules);
    fill(picture, svg);
    nodes = lights(svg, found);
    explain(svg, found, side);
    if (!picture.isConnected) fill(root, bar, picture, side);
  };
  await update();
  return {
    receive: (messages) => {
      if (messages.some((each) => each.type === "deployed")) update().catch((error) => fill(root, problem(error)));
      for (const message of messages) if (message.type === "call") light(nodes.get(message.function), message.error);
    },
    close: () => { if (sheet) drop(sheet); },
  };
}

/** Return the picture and its style: the page's policy allows no style elements. */
function parsed(text) {
  const parsedText = new DOMParser().parseFromString(text, "image/svg+xml");
  const svg = document.importNode(parsedText.documentElement, true);
  const styles = [...svg.querySelectorAll("style")];
  const rules = styles.map((style) => style.textContent).join("\n");
  for (const each of [...styles, ...svg.querySelectorAll("script, foreignObject")]) each.remove();
  return { svg, rules };
}

function adopt(rules) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets.push(sheet);
  return sheet;
}

function drop(sheet) {
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
}

const boxes = (svg, number) => svg.querySelector(`[data-node="${number}"]`);

/** Return the box of each physical id. */
function lights(svg, { nodes, resources }) {
  const found = new Map();
  nodes.forEach((node, number) => {
    for (const member of node.members) {
      const id = resources[member.address];
      if (id) found.set(id, boxes(svg, number));
    }
  });
  return found;
}

function light(box, error) {
  if (!box) return;
  box.classList.add(error ? "console-failed" : "console-lit");
  clearTimeout(box.timer);
  box.timer = setTimeout(() => box.classList.remove("console-lit", "console-failed"), LIT);
}

/** Show what a box has when it is chosen, by mouse or by keyboard. */
function explain(svg, { nodes, resources }, side) {
  nodes.forEach((node, number) => {
    const box = boxes(svg, number);
    if (!box) return;
    const choose = () => {
      fill(side, h("h2", { id: "box" }, node.title), pairs([["What it is", node.label]]),
        node.members.length ? table("Resources", [["Logical id", "break"], ["Type"], ["Physical id", "break"]],
          node.members.map((each) => [each.id, each.type, resources[each.address] ?? ""])) : null);
      side.hidden = false;
      announce(`${node.title}, ${plural(node.members.length, "resource")}`);
    };
    box.addEventListener("click", choose);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); }
    });
  });
}
