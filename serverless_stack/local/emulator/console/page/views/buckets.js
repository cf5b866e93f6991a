// Buckets: list, look, save; delete after a question.

import { file, get, post } from "../api.js";
import { announce, bytes, code, confirmed, fill, h, note, pairs, plural, problem, table } from "../dom.js";

export async function show(root, [bucket, prefix = ""]) {
  const { buckets } = await get("/api/buckets");
  if (!buckets.length) {
    fill(root, note("No bucket is deployed."));
    return {};
  }
  if (!buckets.some((each) => each.name === bucket)) {
    fill(root, h("section", { class: "card" }, table("Buckets", [["Bucket", "break"], ["Objects", "number"], ["Account"]],
      buckets.map((each) => [h("a", { href: address(each.name) }, each.name), each.objects.toLocaleString("en"), each.account]))));
    return {};
  }
  const list = h("section", { class: "card stack", "aria-label": "Objects" });
  const look = h("section", { class: "card stack detail", "aria-labelledby": "object", hidden: true });
  const state = { bucket, prefix, tokens: [""], list, look };
  fill(root, trail(bucket, prefix), h("div", { class: "sides" }, list, look));
  await showObjects(state);
  return {};
}

const address = (bucket, prefix = "") => `#/buckets/${encodeURIComponent(bucket)}${prefix ? `/${encodeURIComponent(prefix)}` : ""}`;

function trail(bucket, prefix) {
  const parts = prefix.split("/").slice(0, -1);
  return h("nav", { class: "trail", "aria-label": "Folder" },
    h("a", { href: "#/buckets" }, "Buckets"), " / ", h("a", { href: address(bucket) }, bucket),
    parts.map((part, place) => [" / ", h("a", { href: address(bucket, `${parts.slice(0, place + 1).join("/")}/`) }, part || "(empty)")]));
}

async function showObjects(state) {
  const { bucket, prefix, tokens, list } = state;
  const token = tokens.at(-1);
  let found;
  try {
    found = await get("/api/objects", { bucket, prefix, ...(token ? { token } : {}) });
  } catch (error) {
    fill(list, problem(error));
    return;
  }
  const again = (next) => { state.tokens = next; return showObjects(state); };
  const name = (key) => key.slice(prefix.length) || "(no name)";
  const rows = [
    ...found.folders.map((folder) => [h("a", { href: address(bucket, folder) }, name(folder)), "", ""]),
    ...found.objects.map((each) => [
      h("button", { class: "link", type: "button", onclick: () => showObject(state, each.key) }, name(each.key)),
      bytes(each.size), new Date(each.modified).toLocaleString([], { hour12: false })]),
  ];
  fill(list,
    rows.length ? table("Objects", [["Name", "break"], ["Size", "number"], ["Changed"]], rows) : note("Nothing is here."),
    h("div", { class: "row end" },
      tokens.length > 1 ? h("button", { type: "button", onclick: () => again(tokens.slice(0, -1)) }, "Back") : null,
      found.token ? h("button", { type: "button", onclick: () => again([...tokens, found.token]) }, `Next ${plural(200, "object")}`) : null));
}

async function showObject(state, key) {
  const { bucket, look } = state;
  const head = h("h2", { id: "object", tabindex: "-1", class: "break" }, key);
  look.hidden = false;
  try {
    const found = await get("/api/object", { bucket, key });
    fill(look, head,
      h("div", { class: "row" },
        h("button", { type: "button", onclick: () => save(bucket, key) }, "Save"),
        h("button", { class: "danger", type: "button", onclick: () => remove(state, key) }, "Delete")),
      pairs([["Size", bytes(found.size)], ...found.headers.map(([name, value]) => [name, h("code", {}, value)])]),
      await preview(bucket, key, found));
  } catch (error) {
    fill(look, head, problem(error));
  }
  head.focus();
}

async function preview(bucket, key, found) {
  if (!found.size) return note("The object is empty.");
  if (found.image) {
    const url = URL.createObjectURL(await file("/api/object/file", { bucket, key, as: "image" }));
    return h("img", { class: "preview", src: url, alt: `The image ${key}`, onload: () => URL.revokeObjectURL(url) });
  }
  if (found.text === null) return note("It is no text: save it to look at it.");
  return [code(found.text, "the object"), found.cut ? note("The first 64 KiB.") : null];
}

async function save(bucket, key) {
  try {
    const url = URL.createObjectURL(await file("/api/object/file", { bucket, key }));
    const anchor = h("a", { href: url, download: key.split("/").at(-1) || "object" });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    announce("Saved by your browser.");
  } catch (error) {
    announce(error.message);
  }
}

async function remove(state, key) {
  if (!await confirmed(`Delete ${key} from ${state.bucket}?`, "Delete")) return;
  try {
    const { marker } = await post("/api/object/delete", { bucket: state.bucket, key });
    announce(marker ? "Hidden by a delete marker: its versions are still there." : "Deleted.");
    state.look.hidden = true;
    await showObjects(state);
  } catch (error) {
    announce(error.message);
  }
}
