// One request: its answer, and each function that it reached.

import { badge, bytes, clock, code, details, h, milliseconds, note, pairs, pretty } from "../dom.js";

/** Return a request with its answer. */
export function detail(exchange, again) {
  const { status } = exchange;
  return [
    h("div", { class: "row" },
      h("h2", { id: "answer", tabindex: "-1", class: "break" }, `${exchange.method} ${exchange.target}`),
      h("button", { class: "quiet", type: "button", onclick: again }, "Edit and send again")),
    h("p", { class: "row" },
      badge(status ?? "no answer", !status || status >= 500 ? "bad" : status < 400 ? "ok" : "warn"),
      h("span", {}, milliseconds(exchange.milliseconds)),
      exchange.outcome ? badge(`${exchange.outcome} from the CDN`, exchange.outcome === "Hit" ? "ok" : "") : null,
      h("span", { class: "muted" }, clock(exchange.at))),
    answer(exchange),
    exchange.calls.length ? exchange.calls.map(call)
      : note(exchange.outcome === "Hit" ? "The cache answered: no function was called."
        : "No function was called for this request."),
    details("Request as it was sent", [headers(exchange.request_headers), body(exchange.request_body, "the request")]),
  ];
}

function answer(exchange) {
  const why = exchange.response_headers.find(([name]) => name.toLowerCase() === "x-serverless-stack-error");
  return h("section", {}, h("h3", {}, "Answer"),
    why ? h("p", { class: "problem" }, why[1]) : null,
    body(exchange.response_body, "the answer"),
    details(`${exchange.response_headers.length} headers`, headers(exchange.response_headers)));
}

function call(each) {
  return h("section", {}, h("h3", {}, "Function ", h("span", { class: "break" }, each.function)),
    h("p", { class: "row" },
      each.milliseconds === null ? badge("runs", "busy") : h("span", {}, milliseconds(each.milliseconds)),
      each.error ? badge(each.error, "bad") : null),
    each.lines.length ? code(each.lines.join("\n"), `the log of ${each.function}`, { className: "log" })
      : note("It logged nothing."),
    each.dropped ? note(`${each.dropped} more lines are in its log.`) : null,
    details("Event that the handler received", code(pretty(each.event), "the event")));
}

const headers = (items) => items.length
  ? pairs(items.map(([name, value]) => [name, h("code", { class: "break" }, value)])) : note("No headers.");

function body(content, what) {
  if (!content.size) return note("An empty body.");
  if (content.text === null) return note(`${bytes(content.size)} that are no text.`);
  return [code(pretty(content.text), what),
    content.kept < content.size ? note(`The first ${bytes(content.kept)} of ${bytes(content.size)}.`) : null];
}

/** Show what a function does while its request is under way. */
export function liveCall(sending, message) {
  if (message.type === "call" && message.trace === sending.id && !sending.calls.has(message.id)) {
    const log = h("pre", { tabindex: "0", role: "region", "aria-label": `Log of ${message.function}` });
    sending.calls.set(message.id, log);
    sending.place.append(h("h3", {}, "Function ", message.function, " runs"), h("div", { class: "code log" }, log));
  } else if (message.type === "line" && sending.calls.has(message.call)) {
    sending.calls.get(message.call).append(`${message.line}\n`);
  }
}
