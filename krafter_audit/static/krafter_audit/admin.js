// Select2 names its fields by their value alone: an empty field has no accessible name. Its label is added.
"use strict";

function nameSelectFields() {
  for (const field of document.querySelectorAll(".select2-selection[role=combobox]")) {
    const select = field.closest(".select2-container")?.previousElementSibling;
    const label = select?.id ? document.querySelector(`label[for="${CSS.escape(select.id)}"]`) : null;
    if (label && !field.dataset.named) {
      label.id ||= `label-${select.id}`;
      field.setAttribute("aria-labelledby", `${label.id} ${field.getAttribute("aria-labelledby") ?? ""}`);
      field.dataset.named = "true";
    }
  }
}

window.addEventListener("load", nameSelectFields);
