"use strict";

const statusLine = document.getElementById("status");
const answer = document.getElementById("answer");

async function call(verb, path, body) {
  const options = { method: verb };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/api${path}`, options);
  const content = await response.json();
  return { ok: response.ok, status: response.status, cache: response.headers.get("Cache-Status"), content };
}

async function show(verb, path, body) {
  statusLine.className = "status";
  statusLine.textContent = `${verb} /api${path} …`;
  answer.hidden = true;
  try {
    const result = await call(verb, path, body);
    const cache = result.cache ? ` · Cache-Status: ${result.cache}` : "";
    statusLine.className = `status ${result.ok ? "good" : "bad"}`;
    statusLine.textContent = `${verb} /api${path} · ${result.status}${cache}`;
    answer.textContent = JSON.stringify(result.content, null, 2);
    answer.hidden = false;
  } catch (error) {
    statusLine.className = "status bad";
    statusLine.textContent = `${verb} /api${path}: the shop does not answer (${error.message})`;
  }
}

async function countView(card) {
  const views = card.querySelector(".views");
  for (let attempt = 1; attempt <= 3; attempt++) {  // a cold start may miss the cache once
    try {
      const { content } = await call("GET", `/products/${card.dataset.product}`);
      if (content.views !== null) {
        views.textContent = `seen ${content.views}×`;
        return;
      }
    } catch {
      // The next attempt may be answered.
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * 500));
  }
  views.textContent = "not counted";
}

document.querySelectorAll(".product").forEach(countView);

document.getElementById("order").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const id = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) =>
    byte.toString(16).padStart(2, "0")).join("");
  document.querySelector("#find [name=id]").value = id;
  show("PUT", `/orders/${id}`, {
    customer: form.get("customer"),
    lines: [{ product: form.get("product"), quantity: Number(form.get("quantity")) }],
  });
});

document.getElementById("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = new FormData(event.target).get("id");
  show(event.submitter.value, `/orders/${encodeURIComponent(id)}`);
});
