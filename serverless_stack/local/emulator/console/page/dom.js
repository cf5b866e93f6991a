// Elements from data. Whatever comes from the app becomes a text node, never markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "open", "hidden"]);

/** Return an element. Attributes that begin with "on" are listeners; null and false are left out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (PROPERTIES.has(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

function present(children) {
  return children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replace what an element has. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Say something to a screen reader, and show it for some seconds. */
export function announce(text) {
  const place = document.querySelector("#announcement");
  place.textContent = text;
  place.className = "toast";
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { place.className = "hidden"; }, 4000);
}

export const badge = (text, kind = "") => h("span", { class: `badge ${kind}` }, text);

export const note = (...text) => h("p", { class: "note" }, ...text);

export const problem = (error) => h("p", { class: "problem", role: "alert" }, error.message ?? String(error));

/** A block of text that can be scrolled by the keyboard, with a button that copies it. */
export function code(text, label, { className = "" } = {}) {
  const copy = h("button", {
    class: "copy quiet", type: "button", "aria-label": `Copy ${label}`,
    onclick: () => navigator.clipboard.writeText(text).then(
      () => announce("Copied."), () => announce("The browser does not allow copying.")),
  }, "Copy");
  return h("div", { class: `code ${className}` }, copy,
    h("pre", { tabindex: "0", role: "region", "aria-label": label }, text));
}

/** A table. Each column is [title, class]; each row is a list of cells, or a finished row. */
export function table(label, columns, rows) {
  const head = columns.map(([title, kind]) => h("th", { scope: "col", class: kind }, title));
  const line = (cells) => h("tr", {}, cells.map((cell, place) =>
    h("td", { class: columns[place][1], "data-label": columns[place][0] }, cell)));
  const body = h("tbody", {}, rows.map((row) => row instanceof Node ? row : line(row)));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, head)), body));
}

/** Pairs of a name and a value. */
export const pairs = (items) => h("dl", { class: "pairs" },
  items.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

export function details(title, content, open = false) {
  return h("details", { open }, h("summary", {}, title), content);
}

/** A link to a page of the app; other schemes than HTTP stay text. */
export function link(url) {
  return /^https?:\/\//.test(url)
    ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url)
    : url;
}

/** Ask before something is done that cannot be undone. */
export function confirmed(question, action) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "question" },
      h("form", { method: "dialog" },
        h("h2", { id: "question" }, question),
        h("div", { class: "row end" },
          h("button", { value: "no", autofocus: true }, "Cancel"),
          h("button", { value: "yes", class: "danger" }, action))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function bytes(size) {
  if (size === null || size === undefined) return "";
  if (size < 1024) return `${size} B`;
  const units = ["KiB", "MiB", "GiB"];
  let value = size / 1024, place = 0;
  while (value >= 1024 && place < units.length - 1) { value /= 1024; place += 1; }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[place]}`;
}

/** A duration in one unit, such as "4 min". */
export function duration(seconds) {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

export const milliseconds = (value) => value === null || value === undefined ? "…"
  : value < 10 ? `${value.toFixed(1)} ms` : duration(value / 1000);

export const life = (seconds) => seconds === null ? "no expiry" : `${duration(seconds)}`;

export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });

export const plural = (count, one, many = `${one}s`) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export function rate(hits, misses) {
  const all = hits + misses;
  return all ? `${Math.round((100 * hits) / all)} %` : "–";
}

/** Text as indented JSON, if it is JSON. */
export function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
