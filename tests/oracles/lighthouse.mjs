// node lighthouse.mjs < requests.jsonl > results.jsonl: run Lighthouse and axe-core on pages that are being served.
// Request: {"url", "audits": [ids], "throttling": "provided" | "devtools", "axe": [rules]}; NODE_PATH_OF_ORACLES is a folder in which
// `npm install lighthouse@12 axe-core` was run, CHROMIUM the browser.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const home = path.join(process.env.NODE_PATH_OF_ORACLES, "node_modules");
const load = (file) => import(pathToFileURL(path.join(home, file)));
const lighthouse = (await load("lighthouse/core/index.js")).default;
const { launch } = await load("chrome-launcher/dist/index.js");
const puppeteer = (await load("puppeteer-core/lib/esm/puppeteer/puppeteer-core.js")).default;
const source = fs.readFileSync(path.join(home, "axe-core/axe.min.js"), "utf8");

const chrome = await launch({ chromePath: process.env.CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox"] });
const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}`, defaultViewport: null });

const runLighthouse = async (url, onlyAudits, throttlingMethod) => {
  const { lhr } = await lighthouse(url, { port: chrome.port, logLevel: "silent", output: "json", onlyAudits, throttlingMethod });
  const scores = Object.values(lhr.audits).map((one) => [one.id, { score: one.score, value: one.numericValue, mode: one.scoreDisplayMode }]);
  return { version: lhr.lighthouseVersion, audits: Object.fromEntries(scores), error: lhr.runtimeError?.code };
};

const runAxe = async (url, rules) => {
  const page = await browser.newPage();
  await page.setViewport({ width: 412, height: 823, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true });
  await page.setBypassCSP(true);
  await page.goto(url, { waitUntil: "load" });
  for (const frame of page.frames()) await frame.evaluate(source).catch(() => {});
  const found = await page.evaluate(async (ids) => {
    const enabled = Object.fromEntries(ids.map((id) => [id, { enabled: true }]));
    const { violations, incomplete, testEngine } = await axe.run(document, { runOnly: ids, rules: enabled });
    return { version: testEngine.version, violations: violations.map((one) => one.id), incomplete: incomplete.map((one) => one.id) };
  }, rules);
  await page.close();
  return found;
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { url, audits, throttling, axe } = JSON.parse(line);
  const result = { url };
  try {
    if (axe) result.axe = await runAxe(url, axe);
    if (audits) result.lighthouse = await runLighthouse(url, audits, throttling);
  } catch (error) {
    result.error = String(error).slice(0, 200);
  }
  console.log(JSON.stringify(result));
}
await browser.disconnect();
await chrome.kill();
