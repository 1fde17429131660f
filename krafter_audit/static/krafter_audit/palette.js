// The palette: a dialog with a combobox whose listbox has the results of the server (ARIA Authoring Practices, combobox).
"use strict";

const PAUSE = 150; // milliseconds after the last key
const HINTS = {
  all: "Find findings, tasks, projects and pages",
  projects: "Find a project",
};

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    this.input = dialog.querySelector("[role=combobox]");
    this.list = dialog.querySelector("[role=listbox]");
    this.status = dialog.querySelector("[role=status]");
    this.input.addEventListener("input", () => this.searchSoon());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.open(event.target.closest("[role=option]")));
    // The list is reached by the arrow keys of the field, which keeps the focus.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  show(only) {
    if (this.dialog.open) return;
    this.only = only;
    this.input.value = "";
    this.input.placeholder = HINTS[only];
    this.input.setAttribute("aria-label", HINTS[only]);
    this.fill([]);
    this.dialog.showModal();
    this.input.focus();
    this.search();
  }

  searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), PAUSE);
  }

  async search() {
    const text = this.input.value;
    const params = new URLSearchParams({ q: text, only: this.only });
    try {
      const response = await fetch(`${this.dialog.dataset.url}?${params}`, { headers: { accept: "application/json" } });
      // After the session has ended the answer is the sign-in page.
      if (response.redirected) return location.reload();
      if (!response.ok) throw new Error(response.statusText);
      const { groups } = await response.json();
      // A slow answer to an earlier text would replace the present one.
      if (text === this.input.value) this.fill(groups, text);
    } catch {
      this.fill([]);
      this.status.textContent = "The search did not work. Try again.";
    }
  }

  fill(groups, text) {
    this.list.replaceChildren(...groups.map((group, index) => this.group(group, index)));
    this.options = [...this.list.querySelectorAll("[role=option]")];
    const count = this.options.length;
    this.input.setAttribute("aria-expanded", String(count > 0));
    this.status.textContent = text === undefined ? "" : count ? `${count} result${count === 1 ? "" : "s"}` : "Nothing matches.";
    this.mark(count ? 0 : -1);
  }

  group({ label, options }, index) {
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", label);
    const heading = document.createElement("div");
    heading.className = "k-palette-group";
    heading.setAttribute("aria-hidden", "true");
    heading.textContent = label;
    group.append(heading, ...options.map((option, place) => this.option(option, `palette-${index}-${place}`)));
    return group;
  }

  option({ title, detail, url, project }, id) {
    const option = document.createElement("div");
    option.id = id;
    option.className = "k-palette-option";
    option.setAttribute("role", "option");
    const name = document.createElement("span");
    name.textContent = title;
    const more = document.createElement("span");
    more.className = "k-small";
    more.textContent = detail;
    option.append(name, " ", more);
    if (url) option.dataset.url = url;
    else option.dataset.project = project;
    return option;
  }

  mark(place) {
    this.place = place;
    this.options.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    const marked = this.options[place];
    if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
    else this.input.removeAttribute("aria-activedescendant");
    marked?.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    const last = this.options.length - 1;
    const places = {
      ArrowDown: this.place < last ? this.place + 1 : 0,
      ArrowUp: this.place > 0 ? this.place - 1 : last,
    };
    if (event.isComposing) return;
    if (event.key in places && last >= 0) this.mark(places[event.key]);
    else if (event.key === "Enter") this.open(this.options[this.place], event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }

  open(option, inNewTab = false) {
    if (!option) return;
    if (option.dataset.url && inNewTab) window.open(option.dataset.url, "_blank", "noopener");
    else if (option.dataset.url) location.assign(option.dataset.url);
    else this.choose(option.dataset.project);
  }

  choose(project) {
    const form = document.getElementById("project-switcher");
    form.elements.next.value = location.pathname + location.search;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "project", value: project });
    form.append(field);
    form.submit();
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const palette = new Palette(dialog);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.show("all");
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-palette]");
    if (button) palette.show(button.dataset.palette);
  });
});
