// Enhancements of the pages. Everything works without scripts.
(() => {
  const root = document.documentElement;
  const find = (selector) => document.querySelector(selector);
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

  // "/" focuses the search of the page, Ctrl-K that of the sidebar, or the other if only that
  // is visible.
  on("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    const slash = event.key === "/" && !control && !event.altKey;
    const k = event.key.toLowerCase() === "k" && control && !event.shiftKey;
    if (composing || !k && (!slash || event.target.closest("input, textarea, select"))) return;
    const inputs = ["[data-search]", "#find"].map(find).filter((input) => input?.checkVisibility());
    const input = k ? inputs.pop() : inputs.shift();
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
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
  addEventListener("pageshow", () => {
    const state = history.state;
    if (state?.viewer) for (const form of document.forms) {
      form.reset(); // drops what the browser has restored
      const kept = state.viewer === typed.viewer && state[form.action];
      if (kept) for (const field of form) {
        const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
        if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
        else if (values.length) field.value = values[0];
      }
    }
  });

  // The theme changes in place.
  on("htmx:after:request", ({ detail: { ctx: { request: { form, submitter }, response } } }) => {
    if (submitter?.name !== "theme" || response.status > 299) return;
    root.dataset.theme = submitter.value;
    for (const button of form) button.ariaPressed = button === submitter;
  });

  // Links beside a list take over its query, and its filter shows the order.
  on("htmx:after:history:update", () => {
    for (const link of document.querySelectorAll("[data-asked]")) link.search = location.search;
    const order = find("#f-sort");
    if (order) order.value = new URLSearchParams(location.search).get("sort") ?? "";
  });

  // A list is not swapped while a popover in it has the focus, but when that is closed.
  let late;
  on("htmx:before:swap", (event) => {
    late = find("#results :popover-open :focus");
    if (late) event.preventDefault();
  });
  on("toggle", () => { late &&= find(".toolbar").requestSubmit(); }, true); // resets late to undefined

  // After htmx has swapped a list, announce its count; browsers announce alerts themselves.
  // The focus stays, or moves to the list if the focused element is gone.
  on("htmx:after:swap", () => {
    const list = find("#results");
    if (list && document.activeElement === document.body) {
      list.focus();
      list.scrollIntoView();
    }
    const count = find("[data-announce]");
    if (count) announce(count.textContent);
  });
})();
