"use strict";
// Code that is wider than the window is scrolled by the keyboard as well.
function letKeyboardScroll() {
  for (const box of document.querySelectorAll("div.highlight pre, .table-wrapper")) {
    if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}
window.addEventListener("load", letKeyboardScroll);
window.addEventListener("resize", letKeyboardScroll);
// Sphinx makes headings of the captions of lists, without their level.
window.addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll("p.caption[role=heading]:not([aria-level])")) {
    caption.setAttribute("aria-level", "2");
  }
});
