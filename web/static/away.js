// Two quick presses of Escape: hide at once, keep the draft, then lock. And a sign of life while somebody works.
"use strict";

(() => {
  const QUICK = 600;
  const ALIVE_EVERY = 30000;
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
  const post = (path, body) => fetch(path, { method: "POST", headers, body, redirect: "manual" });
  const typed = new Set();  // forms nobody typed in have no words to keep
  let pressed = -QUICK;
  let alive = 0;
  let gone = false;

  const away = async () => {
    gone = true;
    const drafts = [...typed].filter((form) => form.isConnected).map((form) => new FormData(form));
    document.documentElement.className = "away";
    document.body.replaceChildren();
    await Promise.allSettled(drafts.map((draft) => post("/drafts", new URLSearchParams(draft))));
    await Promise.allSettled([post("/lock")]);
    location.replace("/away");
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat || gone) return;
    if (event.timeStamp - pressed < QUICK) away();
    pressed = event.timeStamp;
  }, true);

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) typed.add(form);
  }, true);

  const work = () => {
    if (gone || performance.now() - alive < ALIVE_EVERY) return;
    alive = performance.now();
    post("/stay").catch(() => {});
  };
  for (const sign of ["keydown", "pointerdown", "wheel"]) document.addEventListener(sign, work, { passive: true });
  alive = performance.now();
})();
