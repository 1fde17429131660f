// While work runs, the parts of its page that have `data-live` are replaced by those of the same page, read again.
"use strict";

const LIVE_PAUSE = 2000; // milliseconds

function isEdited() {
  const fields = [...document.querySelectorAll("main input:not([type=hidden]), main textarea")];
  return fields.some((field) => field.value !== field.defaultValue);
}

async function updateLiveParts() {
  if (document.hidden) return true;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const done = !next.querySelector("[data-live]");
  if (done && !isEdited()) {
    location.reload(); // buttons and results are others now
    return false;
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = next.getElementById(part.id);
    if (newer && newer.innerHTML !== part.innerHTML) part.replaceChildren(...newer.childNodes);
  }
  return !done;
}

async function followWork() {
  try {
    if (!(await updateLiveParts())) return;
  } catch {
    // The connection failed: the next attempt may succeed.
  }
  setTimeout(followWork, LIVE_PAUSE);
}

window.addEventListener("load", () => {
  if (document.querySelector("[data-live]")) setTimeout(followWork, LIVE_PAUSE);
});
