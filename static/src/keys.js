// The palette, and the keys of lists. Both are shortcuts to what pages offer without scripts.
(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const every = (selector) => [...document.querySelectorAll(selector)];
  const on = (type, listen) => document.addEventListener(type, listen);

  // The palette: the focus stays in its field, the chosen option is the field's active descendant.
  const palette = find("#palette");
  const field = find("input", palette);
  const chosen = () => find("[aria-selected=true]", palette);
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", false);
    option?.setAttribute("aria-selected", true);
    option?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option?.id ?? "");
  };
  const search = () => field.dispatchEvent(new Event("input", { bubbles: true }));
  const open = () => {
    field.value = "";
    palette.showModal(); // when it closes, the focus returns
    search();
  };
  on("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  addEventListener("pagehide", () => palette.close()); // Back shows the page without it
  on("htmx:after:swap", ({ detail: { ctx: { target } } }) => {
    if (target.id !== "found") return;
    const first = find("[role=option]", palette);
    field.ariaExpanded = !!first;
    choose(first);
    find("[role=status]", palette).textContent = every("#found :is(.none, .said)").map((e) => e.textContent).join(" ");
  });
  field.addEventListener("keydown", (event) => {
    const { key, isComposing } = event;
    const options = every("#palette [role=option]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const at = options.indexOf(chosen());
    if (isComposing || !step && key !== "Enter" || !options.length) return;
    // What is shown may be found for an earlier text. Then the form is sent.
    if (!step && find("[data-text]", palette).dataset.text !== field.value.trim()) return;
    event.preventDefault();
    if (step) choose(options.at((at + step) % options.length));
    else if (event.ctrlKey || event.metaKey) window.open((chosen() ?? options[0]).href, "_blank", "noopener");
    else (chosen() ?? options[0]).click();
  });

  // Lists: a cursor moves from row to row, with the focus on the link of the row.
  const rows = () => every("main table:not(.sr) tbody tr").filter((row) => link(row)?.checkVisibility());
  const link = (row) => find("td:not(.pick) a[href]", row);
  const row = () => document.activeElement.closest("tbody tr") ?? find("tr.cursor");
  const move = (step) => {
    const list = rows();
    const next = list[list.indexOf(row()) + step];
    if (!next) return;
    find("tr.cursor")?.classList.remove("cursor");
    next.classList.add("cursor");
    link(next).focus();
  };
  const tick = (shiftKey) => {
    const box = row() && find("[type=checkbox]", row());
    box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  };
  const edit = "a[href$='/edit']";
  const keys = {
    "/": open,
    "j": () => move(1),
    "k": () => move(-1),
    "x": () => tick(false),
    "X": () => tick(true),
    "e": () => (row()?.closest(".people") ? location.assign(link(row()).href + "/edit") : row() ? find(edit, row()) : every("main " + edit).find((a) => !a.closest("tr")))?.click?.(),
    "a": () => {
      const act = every(".bulk button").find((button) => button.checkVisibility());
      if (act) act.focus();
      else row() && find("[popovertarget], td:last-child > button", row())?.click();
    },
    "n": () => find("a[href='/users/import']")?.click(),
    "?": async () => {
      const dialog = find("#keys");
      const headers = { "HX-Request": "true", "HX-Target": "keys", "HX-Current-URL": location.href };
      try {
        dialog.innerHTML = await (await fetch("/keys", { headers })).text();
        dialog.showModal();
      } catch {
        location.assign("/keys");
      }
    },
    "Enter": () => find("tr.cursor") && link(find("tr.cursor")).click(),
  };
  // Single keys are ignored in fields, in dialogs and menus, and if the reader has turned them off.
  const elsewhere = "input:not([type=checkbox]), textarea, select, [contenteditable]";
  on("keydown", (event) => {
    const { key, target, altKey, isComposing } = event;
    const control = event.ctrlKey || event.metaKey;
    if (altKey || isComposing || find("dialog[open]")) return;
    let act = control ? key.toLowerCase() === "k" && !event.shiftKey && open : root.dataset.keys !== "off" && keys[key];
    if (!control && (target.closest(elsewhere) || find(":popover-open"))) act = null;
    if (key === "Enter" && target !== document.body) act = null;
    if (!act) return;
    event.preventDefault();
    act();
  });

  // Ticks: with Shift, all rows from the last one ticked to this one.
  const boxes = () => every(".picks tbody [type=checkbox]");
  const head = () => find(".picks thead [type=checkbox]");
  let last;
  const count = () => {
    const box = head(), ticked = boxes().filter((b) => b.checked).length;
    if (!box) return;
    box.checked = ticked > 0 && ticked === boxes().length;
    box.indeterminate = ticked > 0 && !box.checked;
  };
  on("click", ({ target, shiftKey }) => {
    const list = boxes();
    if (target === head()) list.forEach((box) => { box.checked = target.checked; });
    const [from, to] = [list.indexOf(last), list.indexOf(target)].sort((a, b) => a - b);
    if (!list.includes(target)) return count();
    if (shiftKey && from >= 0) list.slice(from, to + 1).forEach((box) => { box.checked = target.checked; });
    last = target;
    count();
  });
  on("htmx:after:swap", count);
  addEventListener("pageshow", count);
})();
