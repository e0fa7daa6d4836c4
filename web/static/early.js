// What somebody presses before htmx has come is kept, and done when it is there: a page may be slow, a press is not lost.
"use strict";

(() => {
  let pressed = null;

  const keep = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = event;
  };
  document.addEventListener("submit", keep, true);

  document.addEventListener("htmx:load", () => {
    document.removeEventListener("submit", keep, true);
    for (const row of document.querySelectorAll("details[open][hx-get]")) row.dispatchEvent(new Event("toggle"));
    if (pressed?.submitter) pressed.submitter.click();
    else pressed?.target.requestSubmit();
  }, { once: true });
})();
