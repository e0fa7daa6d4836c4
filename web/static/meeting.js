// A meeting while it is held: keys, a quiet clock, and words that neither a colleague nor a dropped line takes away.
"use strict";

(() => {
  const TICK = 5000;
  const AGAIN = 4000;
  const RESTS = 2000;
  const began = new WeakMap();
  const pressed = new WeakMap();

  // The clock: no sound, no colour, only the words and how far the line is.
  const tick = () => {
    for (const clock of document.querySelectorAll(".clock[data-running]")) {
      if (!began.has(clock)) began.set(clock, performance.now());
      const spent = Number(clock.dataset.spent) + (performance.now() - began.get(clock)) / 1000;
      const minutes = Number(clock.dataset.minutes);
      clock.querySelector(".clock-words").textContent = `${Math.floor(spent / 60)} of ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
      clock.querySelector("progress").value = Math.min(spent, minutes * 60);
    }
  };
  setInterval(tick, TICK);
  tick();

  // Keys: they press what is on the page, so that everything goes by mouse and touch alike.
  const box = document.getElementById("keys-on");
  const OWNER = "[name=actions-owner_agency]";
  const KEYS = { n: "[data-key=n]", r: "#add-risk", a: "#add-action" };
  let findsOwner = false;
  document.addEventListener("keydown", (event) => {
    if (!box?.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const named = event.key === "/" ? (document.querySelector(OWNER) ? OWNER : KEYS.a) : KEYS[event.key];
    const keyed = named && document.querySelector(named);
    if (!keyed) return;
    event.preventDefault();
    if (keyed.matches(OWNER)) {
      keyed.focus();
      return;
    }
    // One press, one case: a second n reaches the page of the next case, and would mark it heard.
    if (event.key === "n" && performance.now() < RESTS && document.querySelector(".clock[data-running]")) return;
    findsOwner = event.key === "/";
    keyed.click();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!findsOwner || event.detail.target?.id !== "plan-actions-form") return;
    findsOwner = false;
    document.querySelector(OWNER)?.focus();
  });

  // Half-typed words stay: a part somebody types in is not drawn anew under their hands.
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (!form) return;
    form.dataset.typed = "";
    // What is typed after a line dropped is a new form, lest the answer to the old one takes it away.
    if ("failed" in form.dataset && form.elements.form) form.elements.form.value = crypto.randomUUID().replaceAll("-", "");
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    if (!target?.matches("[data-guarded]")) return;
    const typing = target.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    if (!typing && !target.querySelector("form[data-typed]")) return;
    event.detail.shouldSwap = false;
    const note = target.querySelector(".behind");
    if (note) note.textContent = "A colleague changed this meanwhile. What you typed is still here; when you save, both are kept.";
  });

  // A dropped line: the same form goes again, under the same number, until the node answers.
  document.addEventListener("submit", (event) => pressed.set(event.target, event.submitter));
  document.addEventListener("htmx:sendError", (event) => {
    const form = event.target;
    if (!form.matches("form[data-retry], form[data-draft]")) return;
    form.dataset.failed = "";
    setTimeout(() => {
      form.dataset.quiet = "";  // it was said once; trying again takes nobody's focus
      if (form.isConnected) form.requestSubmit(pressed.get(form) ?? undefined);
    }, AGAIN);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form[data-failed]");
    if (!form || !event.detail.xhr?.status) return;
    delete form.dataset.failed;
    delete form.dataset.quiet;
    if (event.detail.xhr.status < 400) document.getElementById("problem")?.replaceChildren();
  });
})();
