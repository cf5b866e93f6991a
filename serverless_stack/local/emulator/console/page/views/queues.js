// Queues and dead letters: look without receiving, and move dead letters back.

import { get, post } from "../api.js";
import { announce, badge, clock, code, confirmed, details, duration, fill, h, note, pairs, plural, pretty, problem, table } from "../dom.js";

const PERIOD = 2000;
const PAGE = 50;

export async function show(root, [arn]) {
  const list = h("section", { class: "card" });
  const messages = h("section", { class: "card stack", "aria-labelledby": "messages", hidden: true });
  const state = { arn, from: 0, messages, before: "" };
  const refresh = async () => {
    const { queues } = await get("/api/queues");
    const now = JSON.stringify(queues);
    if (now === state.before) return;
    state.before = now;
    const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    fill(list, queues.length ? queueTable(queues, arn) : note("No queue is deployed."));
    if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    const chosen = queues.find((each) => each.arn === arn);
    if (chosen) await showMessages(state, chosen);
  };
  fill(root, list, messages);
  await refresh();
  const timer = setInterval(() => refresh().catch(() => {}), PERIOD);
  return { close: () => clearInterval(timer) };
}

function queueTable(queues, arn) {
  const names = new Map(queues.map((each) => [each.arn, each.name]));
  return table("Queues", [["Queue", "break"], ["Waiting", "number"], ["Being processed", "number"], ["Delayed", "number"], ["Dead letters"]],
    queues.map((each) => [
      h("a", { href: `#/queues/${encodeURIComponent(each.arn)}`, "aria-current": each.arn === arn ? "true" : null }, each.name),
      each.waiting.toLocaleString("en"), each.received.toLocaleString("en"), each.delayed.toLocaleString("en"),
      each.sources.length ? badge(`of ${each.sources.join(", ")}`, each.waiting ? "bad" : "")
        : each.dead_letters ? `go to ${names.get(each.dead_letters) ?? each.dead_letters}` : "none"]));
}

async function showMessages(state, queue) {
  const place = state.messages;
  place.hidden = false;
  let found;
  try {
    found = await get("/api/messages", { arn: queue.arn, from: String(state.from) });
  } catch (error) {
    fill(place, problem(error));
    return;
  }
  const turn = (from) => { state.from = from; return showMessages(state, queue); };
  const opened = new Set([...place.querySelectorAll("details[open]")].map((each) => each.dataset.id));
  fill(place,
    h("div", { class: "row" }, h("h2", { id: "messages", class: "break" }, queue.name),
      queue.sources.length && found.total
        ? h("button", { class: "primary", type: "button", onclick: () => redrive(state, queue, found.total) },
          `Move ${plural(found.total, "message")} back`) : null),
    note("You see the messages without receiving them: nothing is consumed."),
    found.messages.length ? found.messages.map((each) => message(each, opened)) : note("The queue is empty."),
    h("div", { class: "row end" },
      state.from ? h("button", { type: "button", onclick: () => turn(Math.max(0, state.from - PAGE)) }, "Back") : null,
      state.from + PAGE < found.total ? h("button", { type: "button", onclick: () => turn(state.from + PAGE) }, "More messages") : null));
}

function message(each, opened) {
  const summary = [h("code", { class: "clip" }, each.body.slice(0, 200)), " ",
    badge(each.state === "waiting" ? "waiting" : `${each.state} for ${duration(each.visible_in)}`, each.state === "waiting" ? "" : "busy"),
    each.received ? badge(`received ${plural(each.received, "time")}`, "warn") : null];
  const box = details(summary, [
    pairs([["Id", each.id], ["Sent", each.sent ? clock(each.sent) : ""], ...(each.group ? [["Group", each.group]] : []), ...Object.entries(each.attributes)]),
    code(pretty(each.body), "the message"),
    each.cut ? note("The first 64 KiB.") : null], opened.has(each.id));
  box.dataset.id = each.id;
  box.className = "message";
  return box;
}

async function redrive(state, queue, count) {
  const where = queue.sources.length === 1 ? queue.sources[0] : "the queues that they came from";
  if (!await confirmed(`Move ${plural(count, "message")} back to ${where}?`, "Move back")) return;
  try {
    const { moved, left } = await post("/api/redrive", { arn: queue.arn });
    announce(`${plural(moved, "message")} moved back${left ? `; ${left} stay, because their queue is not known` : ""}.`);
    state.before = "";
  } catch (error) {
    announce(error.message);
  }
}
