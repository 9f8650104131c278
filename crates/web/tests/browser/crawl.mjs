// Every page that someone can reach by links is fit for everyone, and light.
import { createHash } from "node:crypto";
import { base, look, must, someone, story } from "./lib.mjs";

const HEAVIEST = 100 * 1024;

/** Pages of one kind: the same path but for ids; the API's operations are all of one. */
function kind(url) {
  if (url.pathname.startsWith("/api/")) return "/api/*";
  const parts = url.pathname.split("/").map((part) => (/\d/.test(part) ? "*" : part));
  return `${parts.join("/")}?${[...url.searchParams.keys()].sort()}`;
}

/** What a page says and how: what changes with each visit is left out. */
function substance(html) {
  const lasting = html.replaceAll(/name="(csrf|key)" value="[^"]*"/g, "");
  return createHash("sha256").update(lasting).digest("hex");
}

/** Walks all that is linked for someone; what was looked at already, word for word the same, isn't again. */
async function walk(browser, login, looked) {
  const who = login || "anyone";
  const page = await someone(browser, login);
  const seen = new Set();
  const waiting = [`${base}/`];
  const unfit = [];
  let pages = 0;
  while (waiting.length > 0) {
    const at = waiting.shift();
    const url = new URL(at);
    if (seen.has(kind(url))) continue;
    seen.add(kind(url));
    const response = await page.request.get(at, { headers: { "accept-encoding": "gzip" } });
    if (response.status() !== 200) {
      unfit.push(`${at} answers 200, not ${response.status()}`);
      continue;
    }
    if (!response.headers()["content-type"]?.includes("text/html")) continue;
    await page.setViewportSize({ width: 1440, height: 900 });
    const weights = [];
    const weigh = async (request) => weights.push((await request.sizes()).responseBodySize);
    page.on("requestfinished", weigh);
    await page.goto(at);
    page.off("requestfinished", weigh);
    const weight = weights.reduce((sum, one) => sum + one, 0);
    if (weight > HEAVIEST) unfit.push(`${at} is light: ${weight} bytes with all that it loads`);
    pages += 1;
    const links = await page.$$eval("a[href]", (all) => all.map((one) => new URL(one.getAttribute("href"), document.baseURI).href));
    for (const link of links) {
      const to = new URL(link);
      to.hash = "";
      if (to.origin === base && !to.searchParams.has("lang")) waiting.push(to.href);
    }
    const main = substance(await page.$eval("main", (one) => one.innerHTML));
    if (looked.has(main)) continue;
    looked.add(main);
    // All that is wrong is told at once, not page by page.
    await look(page, `${who}${url.pathname.replaceAll("/", "_")}`).catch((error) => unfit.push(`${at}: ${error.message}`));
    page.troubles.length = 0;
  }
  await page.context().close();
  console.error(`${who}: ${pages} pages, ${looked.size} different ones looked at so far`);
  return unfit.map((one) => `for ${who}: ${one}`);
}

await story(async (browser) => {
  const looked = new Set();
  const unfit = [];
  for (const login of process.env.MERIT_LOGINS.split(",")) unfit.push(...(await walk(browser, login, looked)));
  must(unfit.length === 0, `every linked page is fit:\n${unfit.join("\n")}`);
});
