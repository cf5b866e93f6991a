// The frame of the console: the session, the tabs, and the stream of what happens.

import { authenticate, follow } from "./api.js";
import { fill, h, problem } from "./dom.js";
import * as buckets from "./views/buckets.js";
import * as caches from "./views/caches.js";
import * as cdn from "./views/cdn.js";
import * as diagram from "./views/diagram.js";
import * as logs from "./views/logs.js";
import * as overview from "./views/overview.js";
import * as queues from "./views/queues.js";
import * as requests from "./views/requests.js";

const VIEWS = {
  overview: ["Overview", overview],
  diagram: ["Diagram", diagram],
  requests: ["Requests", requests],
  logs: ["Logs", logs],
  caches: ["Caches", caches],
  cdn: ["CDN", cdn],
  buckets: ["Buckets", buckets],
  queues: ["Queues", queues],
};

const main = document.querySelector("#main");
const connection = document.querySelector("#connection");
let current = {};
let shown = 0;

/** Return the tab and the rest of the address: "#/buckets/name". */
function place() {
  const [, name, ...rest] = location.hash.split("/");
  try {
    return [Object.hasOwn(VIEWS, name) ? name : "overview", rest.map(decodeURIComponent)];
  } catch {
    return ["overview", []];  // a lone % that a person typed
  }
}

async function show({ moveFocus = true } = {}) {
  const [name, rest] = place();
  const [title, view] = VIEWS[name];
  const number = ++shown;
  current.close?.();
  current = {};
  for (const tab of document.querySelectorAll("#tabs a")) {
    if (tab.dataset.tab === name) {
      tab.setAttribute("aria-current", "page");
      tab.scrollIntoView({ block: "nearest", inline: "center" });
    } else tab.removeAttribute("aria-current");
  }
  document.title = `${title} – Local cloud`;
  const heading = h("h1", { tabindex: "-1" }, title);
  const content = h("div", { class: "view" });
  fill(main, heading, content);
  if (moveFocus) heading.focus();
  try {
    const opened = await view.show(content, rest) ?? {};
    if (number === shown) current = opened;
    else opened.close?.();
  } catch (error) {
    if (number === shown) fill(content, problem(error));
  }
}

function connected(is, message) {
  connection.className = `connection ${is ? "live" : "lost"}`;
  connection.textContent = is ? "live" : message ?? "not connected: the local cloud has stopped";
}

const isLink = () => location.hash.startsWith("#code=");

async function begin() {
  fill(document.querySelector("#tabs"), Object.entries(VIEWS).map(([name, [title]]) =>
    h("a", { href: `#/${name}`, "data-tab": name }, title)));
  try {
    await authenticate();
  } catch (error) {
    connected(false, "not connected");
    addEventListener("hashchange", () => { if (isLink()) location.reload(); });
    document.querySelector("#tabs").hidden = true;
    fill(main, h("h1", { tabindex: "-1" }, "The console is closed"), problem(error));
    return;
  }
  addEventListener("hashchange", () => {
    if (isLink()) history.replaceState(null, "", "#/overview");  // the link again, in this tab
    show();
  });
  await follow(
    (messages) => current.receive?.(messages),
    (is, message) => {
      connected(is, message);
      if (is) show({ moveFocus: false });  // once it is connected, so that nothing is missed
    },
  );
}

begin();
