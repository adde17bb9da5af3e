// Enhancements of the pages. Everything works without scripts.
(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const on = (type, listen, capture) => document.addEventListener(type, listen, capture);
  root.classList.add("js");

  // announce has screen readers say a text, and shows it if shown is true. The delay makes
  // them notice a repetition.
  const announce = (text, shown) => {
    const live = find("#announce");
    live.className = shown ? "" : "sr";
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  };

  const copy = async (button) => {
    const failed = button.closest(".field")?.querySelector(".error");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      if (failed) failed.hidden = true;
      button.classList.add("copied");
      announce("Copied");
      setTimeout(() => button.classList.remove("copied"), 1500);
    } catch {
      if (failed) failed.hidden = false;
      announce("Not copied. Select the text and copy it by hand.", !failed);
    }
  };

  on("click", (event) => {
    const target = event.target;
    const button = target.closest("[data-copy]");
    if (button) copy(button);
    if (!target.closest("[data-dismiss]")) return;
    event.preventDefault();
    find("#flash").remove();
    find("#main").focus();
  });

  // While an input method composes a word, no request is sent and none is answered: the
  // current one is aborted, and sent again when the word is complete.
  let composing = false;
  const compose = (starts, type) => ({ target }) => {
    composing = starts;
    target.dispatchEvent(new Event(type, { bubbles: true }));
  };
  on("compositionstart", compose(true, "htmx:abort"));
  on("compositionend", compose(false, "input"));
  on("htmx:config:request", (event) => {
    if (composing) event.preventDefault();
  });

  // Input of a form is kept in the history entry of the page, for Back and reload. It is
  // dropped if another user is signed in by then.
  const typed = { viewer: root.dataset.viewer };
  const keep = ({ target: { form } }) => {
    if (form?.method === "post") typed[form.action] = [...new FormData(form)];
    history.replaceState({ ...history.state, ...typed }, "");
  };
  on("input", keep);
  on("htmx:after:swap", keep); // htmx has set a state of its own before

  // The first field of a form is focused when its page opens. Typing replaces what it holds.
  find("main [autofocus]")?.select?.();

  // Leaving the page asks first if a form has unsaved input, unless it was sent or its Cancel
  // chosen. A form that came back with mistakes is unsaved from the start.
  const filled = (form) => String(new URLSearchParams(new FormData(form)));
  const saved = new WeakMap();
  const note = (form) => saved.set(form, find("[aria-invalid=true], .conflict", form) ? "" : filled(form));
  let left;
  const unsaved = (form) => form.method === "post" && form !== left && !form.matches(".picks") &&
    saved.has(form) && saved.get(form) !== filled(form);
  const guard = () => {
    onbeforeunload = [...document.forms].some(unsaved) ? (event) => event.preventDefault() : null;
  };
  const leave = (form) => { left = form; guard(); };
  for (const form of document.forms) note(form);
  on("focusin", ({ target: { form } }) => form && !saved.has(form) && note(form)); // of a swapped list
  on("input", () => leave());
  on("submit", (event) => event.defaultPrevented || leave(event.target));
  on("click", ({ target }) => {
    const cancel = target.closest("form a.btn");
    if (cancel) leave(cancel.closest("form"));
  });
  addEventListener("pageshow", () => {
    const state = history.state;
    if (state?.viewer) for (const form of document.forms) {
      form.reset(); // drops what the browser has restored
      note(form);
      const kept = state.viewer === typed.viewer && state[form.action];
      if (kept) for (const field of form) {
        const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
        if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
        else if (values.length) field.value = values[0];
      }
    }
    leave();
  });

  // The theme changes in place.
  on("htmx:after:request", ({ detail: { ctx: { request: { form, submitter }, response } } }) => {
    if (submitter?.name !== "theme" || response.status > 299) return;
    root.dataset.theme = submitter.value;
    for (const button of form) button.ariaPressed = button === submitter;
  });

  // Links beside a list take over its query.
  on("htmx:after:history:update", () => {
    for (const link of document.querySelectorAll("[data-asked]")) link.search = location.search;
  });

  // A list is not swapped while a popover in it has the focus, but when that is closed.
  let late, focused;
  on("htmx:before:swap", (event) => {
    const active = document.activeElement;
    late = find("#results :popover-open :focus");
    if (late) event.preventDefault();
    focused = active.closest("#sheet") ? "add-filter" : active.closest("#results") && active.id;
  });
  on("toggle", () => { late &&= find("#search, .toolbar").requestSubmit(); }, true); // resets late to undefined

  // After htmx has swapped a list or the progress of an export, announce its count or end;
  // browsers announce alerts themselves. The focus stays: if the focused element is gone, it moves
  // to the one in its place, or to the list.
  on("htmx:after:swap", ({ detail: { ctx: { target } } }) => {
    const list = document.getElementById(target?.id);
    const count = list?.querySelector("[data-announce]");
    if (count) announce(count.textContent);
    if (list?.id !== "results") return;
    find("#sheet:popover-open")?.hidePopover();
    if (document.activeElement === document.body) {
      const same = focused && document.getElementById(focused);
      (same || list).focus();
      if (!same) list.scrollIntoView();
    }
    if (count) find("[data-shown]")?.replaceChildren(...[...count.cloneNode(true).childNodes].slice(0, 2));
  });

  // Each row of the directory has a button for the acts on its user, a copy of that in the head.
  const addButtons = () => {
    for (const cell of document.querySelectorAll(".picks td:last-child:empty")) {
      const row = cell.parentNode;
      cell.innerHTML = find(".picks template").innerHTML;
      cell.firstChild.ariaLabel += (find("small > span", row) ?? find("td > a", row)).textContent;
    }
  };
  addButtons();
  on("htmx:after:swap", addButtons);

  // The filters, the columns and the acts on the user of a row are pages, which open in a popover.
  on("click", (event) => {
    const link = event.target.closest("[data-pop], .people td:last-child > button");
    const popover = link && find("#" + (link.dataset.pop ?? "row-menu"));
    const at = link?.href ?? link?.closest("tr").querySelector("td > a").href + "/acts";
    if (!popover || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    htmx.ajax("GET", at, { target: popover }).then(() => {
      popover.showPopover({ source: link });
      popover.querySelector("a, button, input:not([type=hidden])")?.focus();
    });
  });

  // A list that cannot be reached keeps its rows and says so above them.
  let again;
  const unreached = ({ type, detail: { ctx } }) => {
    if (!ctx || type === "htmx:response:error" && ctx.response.status < 500) return;
    const text = "Not reached. What you see is from before.";
    find("[data-again]")?.parentNode.remove();
    if (!/^(results|found)$/.test(ctx.target.id)) return announce(text, true);
    again = ctx.sourceElement;
    const icon = find("svg").outerHTML.replace(/#[\w-]+/, "#triangle-alert");
    ctx.target.insertAdjacentHTML("afterbegin",
      `<div class="alert warn" role="alert">${icon}<p>${text}</p><button class="btn sm" data-again>Try again</button></div>`);
  };
  on("htmx:error", unreached);
  on("htmx:response:error", unreached);
  on("click", ({ target }) => {
    if (!target.closest("[data-again]")) return;
    const field = find("[name=q]", again);
    if (field) field.dispatchEvent(new Event("input", { bubbles: true }));
    else again.click();
  });

  // Relative times follow the clock of the server, in the words of words.Relative.
  const ahead = Date.now() - Date.parse(root.dataset.at);
  const format = new Intl.RelativeTimeFormat(root.lang, { numeric: "always" });
  const units = { year: 31536e6, month: 2592e6, day: 864e5, hour: 36e5, minute: 6e4 };
  const refresh = () => {
    for (const time of document.querySelectorAll("time[title], .people time")) {
      const ago = Date.now() - ahead - Date.parse(time.dateTime);
      const span = ago < 0 ? 2e4 - ago : ago;
      const unit = Object.keys(units).find((name) => span >= units[name] * (name === "year" ? 2 : 1));
      if (unit) time.textContent = format.format(Math.floor(span / units[unit]) * (ago < 0 ? 1 : -1), unit);
    }
  };
  setInterval(refresh, 3e4);
  on("visibilitychange", refresh);
})();
