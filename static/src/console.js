// What the console adds to its pages where scripts run. Everything works without.
(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  root.classList.add("js");

  // announce lets screen readers say text, and shows it to all if asked to; the pause
  // makes them notice a repetition.
  const announce = (text, shown) => {
    const live = find("#announce");
    live.className = shown ? "" : "sr";
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("copied");
      announce("Copied");
      setTimeout(() => button.classList.remove("copied"), 1500);
    } catch {
      announce("Could not copy. Select the text instead.", true);
    }
  };

  const dismiss = (button) => {
    find("#" + button.dataset.dismiss).remove();
    find("#main").focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-dismiss]");
    if (button) (button.dataset.copy ? copy : dismiss)(button);
  });

  // "/" goes to the search of the page, Ctrl-K to that of the sidebar; either to
  // the other where it is the only one in sight.
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
    const k = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!k && (!slash || event.target.closest("input, textarea, select, [contenteditable]"))) return;
    const inputs = ["[data-search]", "#find"].map((selector) => find(selector)).filter((input) => input?.checkVisibility());
    const input = k ? inputs.pop() : inputs.shift();
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
  });

  // What a script asked of a list, links beside it ask, too.
  document.addEventListener("htmx:after:history:update", () => {
    for (const link of document.querySelectorAll("[data-asked]")) link.search = location.search;
  });

  // After htmx has changed the page: to the mistakes in a form, or say what came.
  document.addEventListener("htmx:after:swap", () => {
    const errors = find("#errors");
    if (errors) return errors.focus();
    const count = find("[data-announce]");
    if (count) announce(count.textContent);
  });
})();
