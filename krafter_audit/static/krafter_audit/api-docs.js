// Swagger UI is dark by a class of the document, and follows no preference itself.
const dark = matchMedia("(prefers-color-scheme: dark)");
const show = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
document.documentElement.lang = "en"; // the template of the library has none
dark.addEventListener("change", show);
show();

// What the elements of Swagger UI do not expose to assistive technology.
const LEVELS = { h3: 2, h4: 3, h5: 4 };
const repair = () => {
  const each = (selector, change) => document.querySelectorAll(`.swagger-ui ${selector}`).forEach(change);
  // A link in a button; the button opens the operation, and the address follows it.
  each(".opblock-summary-control a[href]", (link) => link.removeAttribute("href"));
  for (const [name, level] of Object.entries(LEVELS)) {
    each(`${name}:not([aria-level])`, (heading) => heading.setAttribute("aria-level", level));
  }
  each("select:not([aria-label])", (select) => {
    const row = select.closest("tr[data-param-name]");
    select.setAttribute("aria-label", row ? row.dataset.paramName : select.title || "Media type");
  });
  each(".information-container:not([role])", (box) => {
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "About the API");
  });
  each("table[role=region]:not([aria-label])", (table) => table.setAttribute("aria-label", table.id.replaceAll("_", " ")));
  each("textarea:not([aria-label])", (field) => field.setAttribute("aria-label", "Request body"));
  each(":is(pre:not(.version), .highlight-code, .responses-inner):not([tabindex])", (box) => box.setAttribute("tabindex", "0"));
};
addEventListener("DOMContentLoaded", () => {
  new MutationObserver(repair).observe(document.body, { childList: true, subtree: true });
});
