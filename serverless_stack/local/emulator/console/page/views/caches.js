// Caches: hit rates, keys, values by codec, and how long they live.

import { get } from "../api.js";
import { badge, bytes, code, duration, fill, h, life, note, pairs, plural, problem, rate, table } from "../dom.js";

const PERIOD = 3000;

export async function show(root, [chosen]) {
  const summary = h("div", { class: "cards" });
  const keys = h("section", { class: "card stack", "aria-labelledby": "keys" });
  const value = h("section", { class: "card stack detail", "aria-labelledby": "value", hidden: true });
  const { caches } = await get("/api/caches");
  if (!caches.length) {
    fill(root, note("No cache is deployed. Add one by ", h("code", {}, "redis=True"), " or ", h("code", {}, "memcached=True"), "."));
    return {};
  }
  const name = caches.some((each) => each.name === chosen) ? chosen : caches[0].name;
  const state = { name, match: "", cursors: [""], value };
  fill(summary, cards(caches, name));
  fill(root, summary, h("div", { class: "sides" }, keys, value));
  await showKeys(keys, state);
  const timer = setInterval(async () => {
    const found = await get("/api/caches").catch(() => null);
    if (found && !summary.contains(document.activeElement)) fill(summary, cards(found.caches, name));
  }, PERIOD);
  return { close: () => clearInterval(timer) };
}

function cards(caches, name) {
  return caches.map((each) => h("a", {
    class: "card choice", href: `#/caches/${encodeURIComponent(each.name)}`, "aria-current": each.name === name ? "true" : null,
  },
  h("strong", { class: "break" }, each.name),
  h("span", { class: "muted" }, `${each.kind} · ${plural(each.nodes, "node")}${each.replicas ? ` · ${plural(each.replicas, "replica")}` : ""}`),
  each.problem ? h("span", { class: "problem" }, each.problem) : h("span", { class: "figures" },
    figure(rate(each.hits, each.misses), "hits"), figure(each.keys.toLocaleString("en"), each.keys === 1 ? "key" : "keys"), figure(bytes(each.bytes), "memory")),
  each.problem ? null : h("span", { class: "muted" },
    `${plural(each.hits, "hit")}, ${plural(each.misses, "miss", "misses")}${each.evictions ? `, ${plural(each.evictions, "eviction")}` : ""}`)));
}

const figure = (number, what) => h("span", { class: "figure" }, h("b", {}, number), ` ${what}`);

async function showKeys(place, state) {
  const match = h("input", { id: "match", type: "search", value: state.match, spellcheck: "false" });
  const cursor = state.cursors.at(-1);
  let found;
  try {
    found = await get("/api/caches/keys", { cache: state.name, match: state.match, ...(cursor ? { cursor } : {}) });
  } catch (error) {
    fill(place, problem(error));
    return;
  }
  const again = (cursors) => { state.cursors = cursors; return showKeys(place, state); };
  fill(place, h("h2", { id: "keys" }, "Keys"),
    h("form", { class: "row", onsubmit: (event) => { event.preventDefault(); state.match = match.value; again([""]); } },
      h("span", { class: "field grow" }, h("label", { for: "match" }, "Only keys with"), match),
      h("button", {}, "Find"), h("button", { type: "button", onclick: () => again(state.cursors) }, "Refresh")),
    found.keys.length
      ? table(`Keys of ${state.name}`, [["Key", "break"], ["Type"], ["Lives for", "number"], ["Size", "number"]],
        found.keys.map((key) => [
          h("button", { class: "link", type: "button", onclick: () => showValue(state, key) }, key.name),
          key.type, life(key.left), bytes(key.size)]))
      : note(state.match ? "No key has this text." : "The cache is empty."),
    h("div", { class: "row end" },
      state.cursors.length > 1 ? h("button", { type: "button", onclick: () => again(state.cursors.slice(0, -1)) }, "Back") : null,
      found.cursor ? h("button", { type: "button", onclick: () => again([...state.cursors, found.cursor]) }, "More keys") : null));
}

async function showValue(state, key) {
  const place = state.value;
  const head = h("h2", { id: "value", tabindex: "-1", class: "break" }, key.name);
  place.hidden = false;
  try {
    const found = await get("/api/caches/value", { cache: state.name, key: key.key, engine: String(key.engine) });
    fill(place, head, facts(found), content(found), note("Looking does not count as a hit or a miss."));
  } catch (error) {
    fill(place, head, problem(error));
  }
  head.focus();
}

function facts(found) {
  const left = found.left === undefined ? [] : [["Lives for", life(found.left)]];
  const now = Date.now() / 1000;
  const until = (time) => time === Infinity || time === null ? "for ever"
    : `${time < now ? "ended" : "for"} ${duration(Math.abs(time - now))}${time < now ? " ago" : ""}`;
  return pairs([
    ["Type", found.type], ...left,
    ...(found.codec ? [["Codec", badge(found.codec)]] : []),
    ...(found.size === undefined ? [] : [["Size", bytes(found.size)]]),
    ...(found.fresh_until === undefined ? [] : [["Fresh", until(found.fresh_until)], ["Served if the source fails", until(found.valid_until)]]),
    ...(found.total === undefined ? [] : [["Items", found.total.toLocaleString("en")]]),
  ]);
}

function content(found) {
  if (found.items) {
    return [table("Items", [["Item", "break"], ["Value", "break"]], found.items.map((each) => [each.name, h("code", {}, each.text)])),
      found.cut ? note(`The first ${found.items.length} of ${found.total.toLocaleString("en")} items.`) : null];
  }
  return [code(found.text, "the value"), found.cut ? note("The beginning: the value is longer than is shown.") : null];
}
