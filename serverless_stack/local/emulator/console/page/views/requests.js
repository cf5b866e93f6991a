// Requests through API and CDN: what was asked, what the function got and logged, the answer.

import { get, post } from "../api.js";
import { announce, badge, clock, fill, h, milliseconds, note, problem, table } from "../dom.js";
import { detail, liveCall } from "./request_detail.js";

const MOST = 200;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export async function show(root, [base]) {
  const { urls } = await get("/api/overview");
  const bases = [...urls.distributions.map((each) => [`CDN ${each.id}`, each.url]),
    ...urls.apis.map((each) => [`API ${each.name} (${each.stage})`, each.url]),
    ...urls.functions.map((each) => [`Function ${each.name}`, each.url])];
  const panel = h("section", { class: "card detail", "aria-labelledby": "answer", hidden: true });
  const list = new RequestList(async (id) => {
    try { open(await get("/api/exchange", { id })); } catch (error) { fill(panel, problem(error)); }
    panel.hidden = false;
    panel.querySelector("h2")?.focus();
  });
  let sending = null;
  const open = (exchange) => fill(panel, detail(exchange, () => form.again(exchange)));
  const form = requestForm(bases, base, async (request) => {
    sending = { id: newId(), calls: new Map() };
    const waiting = h("div", { class: "stack" });
    fill(panel, h("h2", { id: "answer", tabindex: "-1" }, `${request.method} is under way`), waiting);
    panel.hidden = false;
    sending.place = waiting;
    try {
      const exchange = await post("/api/requests", { ...request, id: sending.id });
      open(exchange);
      announce(`Answered with status ${exchange.status} after ${milliseconds(exchange.milliseconds)}.`);
    } catch (error) {
      fill(panel, h("h2", { id: "answer" }, "Not sent"), problem(error));
    } finally {
      sending = null;
    }
  });
  const { exchanges } = await get("/api/exchanges");
  for (const exchange of exchanges.reverse()) list.put(exchange);
  fill(root, bases.length ? form.element
    : note("There is no API, distribution or function URL to send a request to yet. Deploy your app with ",
      h("code", {}, "serverless-stack local deploy"), "."),
  panel, list.element);
  return {
    receive: (messages) => {
      for (const message of messages) {
        if (message.type === "exchange") list.put(message);
        if (sending) liveCall(sending, message);
      }
    },
  };
}

const newId = () => crypto.randomUUID().replaceAll("-", "");

function requestForm(bases, base, send) {
  const method = h("select", { id: "method" }, METHODS.map((each) => h("option", {}, each)));
  const target = h("select", { id: "target" }, bases.map(([name, url]) => h("option", { value: url }, name)));
  if (base) target.value = base;
  const path = h("input", { id: "path", value: "/", spellcheck: "false", autocomplete: "off" });
  const headers = h("textarea", { id: "headers", rows: "3", spellcheck: "false", placeholder: "Content-Type: application/json" });
  const body = h("textarea", { id: "body", rows: "5", spellcheck: "false" });
  const more = h("details", {}, h("summary", {}, "Headers and body"),
    h("div", { class: "stack" },
      h("label", { for: "headers" }, "Headers, one in each line"), headers,
      h("label", { for: "body" }, "Body"), body));
  const button = h("button", { class: "primary" }, "Send");
  const element = h("form", {
    class: "card stack", "aria-label": "Send a request",
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      const url = target.value + encodeURI(path.value.replace(/^\/+/, "")).replaceAll("%25", "%");
      await send({ method: method.value, url, headers: parsed(headers.value), body: body.value });
      button.disabled = false;
    },
  },
  h("div", { class: "row request" },
    h("span", { class: "field" }, h("label", { for: "method" }, "Method"), method),
    h("span", { class: "field" }, h("label", { for: "target" }, "To"), target),
    h("span", { class: "field grow" }, h("label", { for: "path" }, "Path and query"), path),
    button), more);
  const again = (exchange) => {
    method.value = exchange.method;
    const origin = exchange.request_headers.find(([name]) => name.toLowerCase() === "host")?.[1];
    const whole = `http://${origin}${exchange.target}`;
    const chosen = bases.find(([, url]) => whole.startsWith(url));
    if (chosen) target.value = chosen[1];
    path.value = `/${whole.slice(target.value.length)}`;
    const own = exchange.request_headers.filter(([name]) =>
      !/^(host|content-length|connection|user-agent|accept|accept-encoding|accept-language|cookie|sec-.*|referer|origin|cache-control|pragma|upgrade-insecure-requests)$/i.test(name));
    headers.value = own.map(([name, value]) => `${name}: ${value}`).join("\n");
    body.value = exchange.request_body.text ?? "";
    more.open = Boolean(headers.value || body.value);
    path.focus();
    announce("The form has this request now.");
  };
  return { element, again };
}

function parsed(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
    const place = line.indexOf(":");
    return place < 0 ? [line, ""] : [line.slice(0, place), line.slice(place + 1).trim()];
  });
}

class RequestList {
  constructor(choose) {
    this.rows = new Map();
    this.choose = choose;
    this.element = h("section", { class: "card" }, h("h2", {}, "Last requests"),
      table("Last requests", [["Time"], ["To"], ["Request", "break"], ["Status", "number"], ["Cache"], ["Time taken", "number"]], []),
      note("Requests of your browser, of tests and of this page appear here as they come."));
    this.body = this.element.querySelector("tbody");
  }

  put(exchange) {
    const cells = [
      h("td", { "data-label": "Time" }, clock(exchange.at)),
      h("td", { "data-label": "To" }, { api: "API", cdn: "CDN", function: "Function" }[exchange.via]),
      h("td", { class: "break", "data-label": "Request" },
        h("button", { class: "link", type: "button", onclick: () => this.choose(exchange.id) },
          `${exchange.method} ${exchange.target}`)),
      h("td", { class: "number", "data-label": "Status" },
        exchange.status ? badge(exchange.status, exchange.status < 400 ? "ok" : exchange.status < 500 ? "warn" : "bad")
          : badge("…", "busy")),
      h("td", { "data-label": "Cache" }, exchange.outcome),
      h("td", { class: "number", "data-label": "Time taken" }, milliseconds(exchange.milliseconds)),
    ];
    const row = this.rows.get(exchange.id);
    if (row) {
      row.isRunning = !exchange.status;
      const hadFocus = row.contains(document.activeElement);
      row.replaceChildren(...cells);
      if (hadFocus) row.querySelector("button").focus();
      return;
    }
    const added = h("tr", {}, cells);
    added.isRunning = !exchange.status;
    this.rows.set(exchange.id, added);
    this.body.prepend(added);
    if (this.rows.size > MOST) {
      const rows = [...this.rows];
      const [id, oldest] = rows.find(([, each]) => !each.isRunning) ?? rows[0];
      oldest.remove();
      this.rows.delete(id);
    }
  }
}
