// node observatory.mjs < cases.jsonl > verdicts.jsonl: the verdicts of MDN HTTP Observatory on responses that it did not fetch.
// It is installed in NODE_PATH_OF_ORACLES (a folder in which `npm install @mdn/mdn-http-observatory` was run).
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";

const home = path.join(process.env.NODE_PATH_OF_ORACLES, "node_modules");
const observatory = path.join(home, "@mdn/mdn-http-observatory");
const load = (file) => import(pathToFileURL(path.join(observatory, "src", file)));
// The list of preloaded hosts is downloaded when it is installed; our sites are on loopback, so an empty one is enough.
const preloaded = path.join(observatory, "conf", "hsts-preload.json");
if (!fs.existsSync(preloaded)) fs.writeFileSync(preloaded, "{}");

const { ALL_TESTS } = await load("constants.js");
const { Requests } = await load("types.js");
const { parseHttpEquivHeaders } = await load("retriever/utils.js");
const { CookieJar } = createRequire(path.join(home, "x.js"))("tough-cookie");
const { AxiosHeaders } = await import(pathToFileURL(path.join(home, "axios/index.js")));

// As axios has them: names in lower case, Set-Cookie a list, other lines joined.
const joinLines = (lines) => {
  const headers = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    if (key === "set-cookie") (headers[key] ??= []).push(value);
    else headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return new AxiosHeaders(headers);
};

const judge = ({ headers, html, cors }) => {
  const url = new URL("https://127.0.0.1/");
  const requests = new Requests("127.0.0.1");
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  for (const [name, value] of headers)
    if (name.toLowerCase() === "set-cookie") jar.setCookieSync(value, url.href, { ignoreError: true });
  requests.session = { url, jar, redirectHistory: [{ url, status: 200 }] };
  const response = { status: 200, verified: true, headers: joinLines(headers), httpEquiv: parseHttpEquivHeaders(html, url.href) };
  const origin = "https://http-observatory.security.mozilla.org";
  const preflight = joinLines(cors.map(([name, value]) => [name, value.replace("{origin}", origin)]));
  Object.assign(requests.responses, {
    auto: response,
    https: response,
    cors: { status: 204, verified: true, headers: preflight, request: { headers: { origin } } },
    httpRedirects: [{ url: new URL("http://127.0.0.1/"), status: 301 }, { url, status: 200 }],
    http: response,
  });
  requests.resources.path = html;
  const all = ALL_TESTS.map((test) => test(requests));
  return Object.fromEntries(
    all.map((one) => [one.constructor.name_ ?? one.constructor.name, { result: one.result, pass: one.pass, policy: one.policy, sub: one.includeSubDomains }])
  );
};

for await (const line of readline.createInterface({ input: process.stdin })) console.log(JSON.stringify(judge(JSON.parse(line))));
