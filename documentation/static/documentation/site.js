// Copy buttons, tabs for the languages of examples, the key "/" for the search, the current page in the navigation. Without script all examples are shown.
"use strict";

const LANGUAGE = "krafter-docs-language";

function addCopyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.append(button);
}

function stored() {
  try { return localStorage.getItem(LANGUAGE); } catch { return null; }
}

function store(language) {
  try { localStorage.setItem(LANGUAGE, language); } catch { /* the choice lasts for this page */ }
}

const groups = [];

function addTabs(group, number) {
  const panels = [...group.children];
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Language of the example");
  const tabs = panels.map((panel, place) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `tab-${number}-${place}`;
    tab.textContent = panel.dataset.language;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `panel-${number}-${place}`);
    panel.id = `panel-${number}-${place}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => choose(panel.dataset.language));
    list.append(tab);
    return tab;
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    tabs[next].focus();
    choose(panels[next].dataset.language);
  });
  group.classList.add("tabbed");
  group.prepend(list);
  groups.push({ tabs, panels });
}

function show(language) {
  for (const { tabs, panels } of groups) {
    panels.forEach((panel, place) => {
      const selected = panel.dataset.language === language;
      panel.hidden = !selected;
      tabs[place].setAttribute("aria-selected", String(selected));
      tabs[place].tabIndex = selected ? 0 : -1;
    });
  }
}

function choose(language) {
  // Panels above change their height: what was chosen stays where it is.
  const before = document.activeElement.getBoundingClientRect().top;
  show(language);
  window.scrollBy(0, document.activeElement.getBoundingClientRect().top - before);
  store(language);
}

document.querySelectorAll(".code").forEach(addCopyButton);
document.querySelectorAll(".examples").forEach(addTabs);
const languages = groups[0]?.panels.map((panel) => panel.dataset.language) ?? [];
show(languages.includes(stored()) ? stored() : languages[0]);
// The panels that were hidden have moved the target of the URL.
if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();

const navigation = document.getElementById("navigation");
const current = navigation.querySelector("[aria-current]");
if (current) navigation.scrollTop = current.offsetTop - navigation.clientHeight / 2;

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("q").focus();
});
