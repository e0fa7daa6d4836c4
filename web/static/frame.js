// What htmx leaves to a script: where the focus goes, what is marked, and what is said when the node does not answer.
"use strict";

(() => {
  const problem = () => document.getElementById("problem");

  const say = (sentence) => {
    const box = document.createElement("div");
    box.className = "problem";
    box.tabIndex = -1;
    const words = document.createElement("p");
    words.textContent = sentence;
    box.append(words);
    problem()?.replaceChildren(box);
    box.focus();
    box.scrollIntoView({ block: "center" });
  };

  const unmark = () => {
    for (const field of document.querySelectorAll("[aria-invalid=true]")) field.removeAttribute("aria-invalid");
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.closest("form") || event.target.closest("[data-quiet]")) return;
    unmark();
    problem()?.replaceChildren();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail?.target;
    if (!target) return;
    if (target.id === "problem") {
      for (const link of problem().querySelectorAll("a[href^='#']")) {
        const field = document.getElementById(link.hash.slice(1));
        field?.setAttribute("aria-invalid", "true");
      }
      const box = problem().firstElementChild;
      box?.focus();
      box?.scrollIntoView({ block: "center" });
      return;
    }
    // What took the target's place is found by its id; what came by itself takes nobody's focus.
    const fresh = target.isConnected ? target : document.getElementById(target.id);
    if (!event.detail.requestConfig?.triggeringEvent) return;
    const into = fresh?.matches?.("[data-focus]") ? fresh : fresh?.querySelector?.("[data-focus]");
    // A form that was left is gone, and with it the focus: back to what opened it.
    const left = event.detail.requestConfig.path.match(/^(.+)\/leave$/);
    const opener = left && document.querySelector(`[hx-get="${CSS.escape(left[1])}"]`);
    (into ?? opener)?.focus();
  });

  document.addEventListener("htmx:sendError", (event) => {
    if (event.target.closest("[data-quiet]")) return;
    say("The node did not answer. What you typed is still here; try again in a moment.");
  });

  addEventListener("load", () => {
    if (!window.htmx) say("Part of this page did not come, so nothing can be sent from it. Load it again before you type.");
  });

  // A cell that is open stays open when its words change beneath it.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const old = event.detail.target;
    const fresh = event.detail.fragment?.firstElementChild;
    if (old?.querySelector?.("details[open]:not([id])")) fresh?.querySelector("details")?.setAttribute("open", "");
    for (const open of old?.querySelectorAll?.("details[open][id]") ?? []) fresh?.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  });

  document.addEventListener("htmx:sseMessage", (event) => {
    if (event.detail?.type === "locked") location.replace("/sign-in");
  });

  document.addEventListener("click", (event) => {
    const prints = event.target.closest("[data-print]");
    if (prints) {
      document.documentElement.classList.toggle("print-sheets", "sheets" in prints.dataset);
      print();
    }
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    const field = document.getElementById(copy.dataset.copy);
    field.focus();
    field.select();
    navigator.clipboard?.writeText(field.value);
    document.getElementById("said").textContent = "Copied";
  });

  // A control that shows and hides what it names; one that names several works them all.
  document.addEventListener("click", (event) => {
    const folds = event.target.closest("[data-folds]");
    if (!folds) return;
    const open = folds.getAttribute("aria-expanded") !== "true";
    folds.setAttribute("aria-expanded", String(open));
    for (const id of folds.getAttribute("aria-controls").trim().split(" ")) {
      document.getElementById(id).hidden = !open;
      document.querySelector(`[data-folds][aria-controls="${id}"]`)?.setAttribute("aria-expanded", String(open));
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#problem a[href^='#']");
    if (!link) return;
    event.preventDefault();
    const field = document.getElementById(link.hash.slice(1));
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  });

  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("main .part, #release details:has(:checked)")) part.open = true;
  });

  // The menu of the bar shuts when it is left: by a press elsewhere, by Tab, or by one Escape.
  const more = document.querySelector(".bar-more");
  const shut = (event) => {
    if (more?.open && !more.contains(event.target)) more.open = false;
  };
  document.addEventListener("pointerdown", shut);
  document.addEventListener("focusin", shut);
  more?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return;
    more.open = false;
    more.querySelector("summary").focus();
  });

  document.querySelector(".bar > * > nav > ul [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // "Get the plan" opens only with the collector's own "tell the meeting": it is what carries the plan.
  const plans = () => {
    const carries = document.querySelector("[data-carries-plan]");
    if (!carries) return;
    for (const box of document.querySelectorAll("[data-plan]")) {
      box.disabled = !carries.checked;
      if (!carries.checked) box.checked = false;
    }
  };
  document.addEventListener("change", plans);
  document.addEventListener("DOMContentLoaded", plans);
})();
