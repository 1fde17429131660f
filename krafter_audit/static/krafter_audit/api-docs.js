// Swagger UI is dark by a class of the document, and follows no preference itself.
const dark = matchMedia("(prefers-color-scheme: dark)");
const show = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
document.documentElement.lang = "en"; // the template of the library has none
dark.addEventListener("change", show);
show();
