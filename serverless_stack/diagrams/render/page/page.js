"use strict";
(() => {
  const { nodes, edges } = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const canvas = byId("canvas"), svg = canvas.querySelector("svg");
  const search = byId("search"), list = byId("list"), details = byId("details"), boxes = byId("boxes");
  const shapes = nodes.map((_, number) => svg.querySelector(`[data-node="${number}"]`));
  const lines = [...svg.querySelectorAll(".edge[data-source]")];
  const texts = nodes.map((node) => JSON.stringify(node).toLowerCase());
  const order = nodes.map((_, number) => number)
    .sort((a, b) => nodes[a].title.localeCompare(nodes[b].title) || a - b);
  const size = { width: svg.width.baseVal.value, height: svg.height.baseVal.value };
  let zoom = 1, chosen = null, origin = null;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  function setZoom(value) {
    const middle = { x: (canvas.scrollLeft + canvas.clientWidth / 2) / zoom,
                     y: (canvas.scrollTop + canvas.clientHeight / 2) / zoom };
    zoom = Math.min(Math.max(value, 0.15), 4);
    svg.setAttribute("width", size.width * zoom);
    svg.setAttribute("height", size.height * zoom);
    canvas.scrollTo(middle.x * zoom - canvas.clientWidth / 2, middle.y * zoom - canvas.clientHeight / 2);
  }
  // On a small screen the whole picture would be too small to read: then it scrolls.
  function fit() {
    setZoom(Math.max(Math.min(canvas.clientWidth / size.width, canvas.clientHeight / size.height, 1.25), 0.45));
    if (shapes.length) shapes[0].scrollIntoView({ block: "center", inline: "center" });
  }

  function near(number) {
    const found = new Set([number]);
    for (const [source, target] of edges) {
      if (source === number) found.add(target);
      if (target === number) found.add(source);
    }
    return found;
  }

  function paint(visible) {
    shapes.forEach((shape, number) => {
      shape.classList.toggle("faint", visible !== null && !visible.has(number));
      shape.classList.toggle("chosen", number === chosen);
    });
    for (const line of lines) {
      const source = Number(line.dataset.source), target = Number(line.dataset.target);
      const shown = visible === null ||
        (chosen === null ? visible.has(source) && visible.has(target) : source === chosen || target === chosen);
      line.classList.toggle("faint", !shown);
    }
  }

  function matching() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return order.filter((n) => words.every((word) => texts[n].includes(word)));
  }

  function showList() {
    chosen = null;
    details.hidden = true;
    list.hidden = false;
    const found = matching();
    byId("count").textContent = search.value.trim()
      ? `${found.length} of ${nodes.length} boxes match` : `${nodes.length} boxes`;
    boxes.replaceChildren(...found.map((number) => make("li", {}, link(number, nodes[number].label))));
    paint(search.value.trim() ? new Set(found) : null);
  }

  function link(number, note) {
    const button = make("button", { type: "button" }, nodes[number].title, make("small", { textContent: note }));
    button.addEventListener("click", () => choose(number));
    return button;
  }

  function links(title, found) {
    if (!found.length) return [];
    const items = found.map(([number, note]) => make("li", {}, link(number, note)));
    return [make("h3", { textContent: title }), make("ul", { className: "links" }, ...items)];
  }

  function choose(number) {
    chosen = number;
    const node = nodes[number], [main, ...parts] = node.members;
    const back = make("button", { type: "button", id: "back", textContent: "All boxes" });
    back.addEventListener("click", () => { showList(); search.focus(); });
    const facts = [node.label, ...node.notes, ...(main ? [main.type, main.path || main.id] : [])];
    const folded = parts.map((part) => make("details", {},
      make("summary", {}, part.type, make("small", { textContent: part.path || part.id })), properties(part)));
    details.replaceChildren(back, make("h2", { textContent: node.title }),
      ...facts.map((text) => make("p", { className: "facts", textContent: text })),
      ...links("Leads to", edges.filter((edge) => edge[0] === number).map((edge) => [edge[1], edge[2]])),
      ...links("Reached from", edges.filter((edge) => edge[1] === number).map((edge) => [edge[0], edge[2]])),
      ...(main ? [make("h3", { textContent: "Properties" }), properties(main)] : []),
      ...(folded.length ? [make("h3", { textContent: `${folded.length} more in this box` }), ...folded] : []));
    list.hidden = true;
    details.hidden = false;
    details.parentElement.scrollTop = 0;
    paint(near(number));
    shapes[number].scrollIntoView({ block: "nearest", inline: "nearest" });
    details.focus({ preventScroll: true });
  }

  function properties(part) {
    const text = JSON.stringify({ ...part.attributes, Properties: part.properties }, null, 2);
    return make("pre", { textContent: text, tabIndex: 0 });
  }

  shapes.forEach((shape, number) => {
    shape.addEventListener("click", () => choose(number));
    shape.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(number); }
    });
  });
  search.addEventListener("input", showList);
  byId("in").addEventListener("click", () => setZoom(zoom * 1.25));
  byId("out").addEventListener("click", () => setZoom(zoom / 1.25));
  byId("fit").addEventListener("click", fit);
  document.addEventListener("keydown", (event) => {
    if (event.target === search && event.key !== "Escape") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const before = chosen;
      search.value = "";
      showList();
      if (before !== null) shapes[before].focus();
    } else if (event.key === "/") { event.preventDefault(); search.focus(); }
    else if (event.key === "+" || event.key === "=") setZoom(zoom * 1.25);
    else if (event.key === "-") setZoom(zoom / 1.25);
    else if (event.key === "0") fit();
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    setZoom(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
  }, { passive: false });
  canvas.addEventListener("mousedown", (event) => {
    if (event.button !== 0 || event.target.closest(".node")) return;
    origin = { x: event.clientX + canvas.scrollLeft, y: event.clientY + canvas.scrollTop };
    canvas.classList.add("dragging");
  });
  addEventListener("mousemove", (event) => {
    if (origin) canvas.scrollTo(origin.x - event.clientX, origin.y - event.clientY);
  });
  addEventListener("mouseup", () => { origin = null; canvas.classList.remove("dragging"); });
  showList();
  fit();
})();
