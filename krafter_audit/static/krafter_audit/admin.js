// What all pages of the admin share: names of fields, tabs on a phone, double clicks, and the time zone.
"use strict";

// Select2 names its fields by their value alone: an empty field has no accessible name. Its label is added.
function nameSelectFields() {
  for (const container of document.querySelectorAll(".select2-container:not([data-named])")) {
    const select = container.previousElementSibling;
    const label = select?.id ? document.querySelector(`label[for="${CSS.escape(select.id)}"]`) : null;
    const name = (label?.textContent || select?.getAttribute("aria-label") || select?.name || "").trim();
    for (const field of container.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      field.removeAttribute("aria-labelledby");
      field.setAttribute("aria-label", name);
      container.dataset.named = "true";
    }
  }
}

// Unfold's icons are words of a font, which would be a part of the names of links and buttons: `bug_report Findings`.
function hideIcons() {
  for (const icon of document.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
    const control = icon.closest("a, button");
    const isNamed = !control || control.title || control.ariaLabel;
    const isItsName = !isNamed && control.textContent.trim() === icon.textContent.trim();
    icon.setAttribute("aria-hidden", isItsName ? "false" : "true");
  }
}

function correctNames() {
  hideIcons();
  nameSelectFields();
}

window.addEventListener("load", () => {
  correctNames();
  new MutationObserver(correctNames).observe(document.body, { childList: true, subtree: true });
  // On a phone the tabs of an entry are wider than the window.
  const tab = document.querySelector(".k-tabbar [aria-current]");
  // Not by `scrollIntoView`: Chromium would begin with the tab at the first Tab key, after the link to skip the menu.
  if (tab) {
    const bar = tab.parentElement;
    const offset = tab.getBoundingClientRect().left - bar.getBoundingClientRect().left;
    bar.scrollLeft += offset - (bar.clientWidth - tab.offsetWidth) / 2;
  }
});

// Unfold writes the name of a chosen file into a text field, which only its own file fields have.
document.addEventListener("DOMContentLoaded", () => {
  for (const input of document.querySelectorAll("input[type=file].k-input")) input.hasChangeListener = true;
});

// A double click sends a form once. After a while it can be sent again: a download leaves the page as it is.
const SENT_ONCE_MS = 5000;
const sent = new WeakMap();
document.addEventListener("submit", event => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (performance.now() - sent.get(event.target) < SENT_ONCE_MS) event.preventDefault();
  else sent.set(event.target, performance.now());
});
// A page that the back button shows again may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) sent.delete(form);
});

// Times are shown in the zone of the browser, unless the user has chosen another one (accounts/time_zones).
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `time_zone=${encodeURIComponent(zone)}; path=/admin/; max-age=31536000; samesite=lax${secure}`;
}
