// The caches of distributions: what they have, how often it served, and invalidation.

import { get, post } from "../api.js";
import { announce, badge, bytes, duration, fill, h, link, note, plural, problem, rate, table } from "../dom.js";

const PERIOD = 3000;

export async function show(root, [chosen]) {
  const { distributions } = await get("/api/cdn");
  if (!distributions.length) {
    fill(root, note("No distribution is deployed."));
    return {};
  }
  const id = distributions.some((each) => each.id === chosen) ? chosen : distributions[0].id;
  const summary = h("div", { class: "cards" });
  const entries = h("section", { class: "card stack" });
  const state = { id, match: "" };
  const refresh = async () => {
    const found = await get("/api/cdn");
    fill(summary, cards(found.distributions, id));
  };
  fill(summary, cards(distributions, id));
  const form = invalidation(id, async () => { await Promise.all([refresh(), showEntries(entries, state, form)]); });
  fill(root, summary, form.element, entries);
  await showEntries(entries, state, form);
  const timer = setInterval(() => {
    if (!summary.contains(document.activeElement)) refresh().catch(() => {});
  }, PERIOD);
  return { close: () => clearInterval(timer) };
}

function cards(distributions, id) {
  return distributions.map((each) => {
    const { Hit = 0, Miss = 0, RefreshHit = 0 } = each.outcomes;
    const others = Object.entries(each.outcomes).filter(([name]) => !["Hit", "Miss", "RefreshHit"].includes(name));
    return h("section", { class: "card choice", "aria-current": each.id === id ? "true" : null },
      h("strong", {}, distributions.length > 1 ? h("a", { href: `#/cdn/${each.id}` }, each.id) : each.id),
      h("span", { class: "break" }, link(each.url)),
      h("span", { class: "figures" },
        h("span", { class: "figure" }, h("b", {}, rate(Hit + RefreshHit, Miss)), " hits"),
        h("span", { class: "figure" }, h("b", {}, each.entries.toLocaleString("en")), " cached")),
      h("span", { class: "muted" }, `${plural(Hit + RefreshHit, "hit")}, ${plural(Miss, "miss", "misses")}`,
        others.map(([name, count]) => `, ${count} ${name}`)));
  });
}

function invalidation(id, done) {
  const items = h("input", { id: "items", placeholder: "/images/* #products", spellcheck: "false", autocomplete: "off" });
  const result = h("p", { class: "note", role: "status" }, "Paths may end with *. A tag begins with #.");
  const send = async (text) => {
    try {
      const { dropped } = await post("/api/cdn/invalidate", { id, items: text });
      fill(result, `${plural(dropped, "response")} dropped by ${text}.`);
      await done();
    } catch (error) {
      fill(result, problem(error));
    }
  };
  const element = h("form", { class: "card stack", "aria-label": "Invalidate",
    onsubmit: (event) => { event.preventDefault(); if (items.value.trim()) send(items.value); else items.focus(); } },
  h("div", { class: "row" },
    h("span", { class: "field grow" }, h("label", { for: "items" }, "Paths or tags to invalidate"), items),
    h("button", { class: "primary" }, "Invalidate"),
    h("button", { type: "button", onclick: () => send("/*") }, "Everything")), result);
  return { element, send };
}

async function showEntries(place, state, form) {
  const match = h("input", { id: "match", type: "search", value: state.match, spellcheck: "false" });
  const { entries, total } = await get("/api/cdn/entries", { id: state.id, match: state.match });
  const again = () => showEntries(place, state, form).then(() => announce("Refreshed."));
  fill(place, h("h2", {}, "Cached responses"),
    h("form", { class: "row", onsubmit: (event) => { event.preventDefault(); state.match = match.value; again(); } },
      h("span", { class: "field grow" }, h("label", { for: "match" }, "Only paths with"), match),
      h("button", {}, "Find"), h("button", { type: "button", onclick: again }, "Refresh")),
    entries.length
      ? table("Cached responses", [["Path", "break"], ["Status"], ["Type"], ["Size", "number"], ["Age", "number"], ["Fresh for", "number"], ["Tags"], ["Drop"]],
        entries.map((each) => [
          h("span", { title: each.key }, each.path), each.status, `${each.type}${each.encoding ? `, ${each.encoding}` : ""}`,
          bytes(each.size), duration(each.age), each.left < 0 ? badge("expired", "warn") : duration(each.left),
          each.tags.map((tag) => h("button", { class: "chip", type: "button", "aria-label": `Invalidate #${tag}`, onclick: () => form.send(`#${tag}`) }, `#${tag}`)),
          h("button", { class: "quiet", type: "button", "aria-label": `Drop ${each.path}`, onclick: () => form.send(each.path) }, "Drop")]))
      : note(state.match ? "No cached response has this text in its path." : "Nothing is cached yet."),
    total > entries.length ? note(`${entries.length} of ${total.toLocaleString("en")}, the last used first.`) : null);
}
