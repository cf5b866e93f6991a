// The logs of functions: the end of each, and then what comes.

import { get } from "../api.js";
import { fill, h, note, plural } from "../dom.js";

const MOST = 1000;

export async function show(root, [chosen]) {
  const [{ functions: deployed }, { functions: logged }] = await Promise.all([get("/api/overview"), get("/api/logs")]);
  const names = [...new Set([...deployed.map((each) => each.name), ...logged])].sort();
  if (!names.length) {
    fill(root, note("There is no function yet."));
    return {};
  }
  const name = names.includes(chosen) ? chosen : logged[0] ?? names[0];
  const select = h("select", {
    id: "function",
    onchange: () => { location.hash = `#/logs/${encodeURIComponent(select.value)}`; },
  }, names.map((each) => h("option", {}, each)));
  select.value = name;
  const filter = h("input", { id: "filter", type: "search", spellcheck: "false", oninput: () => log.filter(filter.value) });
  const following = h("input", { id: "following", type: "checkbox", checked: true });
  const log = new Log(following);
  const where = h("p", { class: "note" });
  fill(root, h("div", { class: "card stack" },
    h("div", { class: "row" },
      h("span", { class: "field grow" }, h("label", { for: "function" }, "Function"), select),
      h("span", { class: "field grow" }, h("label", { for: "filter" }, "Only lines with"), filter),
      h("span", { class: "check" }, following, h("label", { for: "following" }, "Follow")),
      h("button", { type: "button", onclick: () => log.clear() }, "Clear")),
    log.element, where));
  if (logged.includes(name)) {
    const found = await get("/api/log", { function: name });
    log.add(found.lines);
    const earlier = found.before ? `${found.before.toLocaleString("en")} earlier bytes are in the file. ` : "";
    fill(where, earlier, "File: ", h("code", { class: "break" }, found.path));
  } else fill(where, "It has logged nothing yet. Lines appear here as they come.");
  return {
    receive: (messages) => {
      const lines = messages.filter((each) => each.type === "line" && each.function === name).map((each) => each.line);
      const dropped = messages.find((each) => each.type === "dropped");
      if (dropped) lines.push(`… ${plural(dropped.count, "message")} came too fast for this page and are in the file`);
      const ended = messages.filter((each) => each.type === "call" && each.function === name && each.milliseconds !== null);
      lines.push(...ended.map((each) => `— ${Math.round(each.milliseconds)} ms${each.error ? `, failed with ${each.error}` : ""}`));
      if (lines.length) log.add(lines);
    },
  };
}

class Log {
  constructor(following) {
    this.following = following;
    this.text = "";
    this.element = h("div", { class: "lines", tabindex: "0", role: "log", "aria-live": "off", "aria-label": "Log" });
  }

  add(lines) {
    const kept = lines.slice(-MOST);
    this.element.append(...kept.map((line) => h("div", { class: kind(line), hidden: !this.matches(line) }, line || " ")));
    while (this.element.childElementCount > MOST) this.element.firstElementChild.remove();
    if (this.following.checked) this.element.scrollTop = this.element.scrollHeight;
  }

  filter(text) {
    this.text = text.toLowerCase();
    for (const line of this.element.children) line.hidden = !this.matches(line.textContent);
  }

  matches(line) {
    return line.toLowerCase().includes(this.text);
  }

  clear() {
    this.element.replaceChildren();
  }
}

function kind(line) {
  if (/^(START|END|REPORT) RequestId: |^— \d|"type": ?"platform\./.test(line)) return "system";
  if (/\b(ERROR|CRITICAL|Traceback|Exception)\b/.test(line)) return "bad";
  return /\bWARN(ING)?\b/.test(line) ? "warn" : "";
}
