// Every page that someone can reach by links is fit for everyone, and light.
import { base, look, must, someone, story } from "./lib.mjs";

const HEAVIEST = 100 * 1024;

/** Pages of one kind: the same path but for ids. */
function kind(url) {
  const parts = url.pathname.split("/").map((part) => (/\d/.test(part) ? "*" : part));
  return `${parts.join("/")}?${[...url.searchParams.keys()].sort()}`;
}

async function weight(page, url) {
  const response = await page.request.get(url, { headers: { "accept-encoding": "gzip" } });
  const sizes = await response.headersArray();
  const length = sizes.find((header) => header.name.toLowerCase() === "content-length");
  const body = await response.body();
  return { status: response.status(), type: response.headers()["content-type"] ?? "", bytes: Number(length?.value ?? body.length) };
}

await story(async (browser) => {
  const login = process.env.MERIT_LOGIN || null;
  const page = await someone(browser, login);
  const seen = new Set();
  const waiting = [`${base}/`];
  let looked = 0;
  while (waiting.length > 0) {
    const at = waiting.shift();
    const url = new URL(at);
    if (seen.has(kind(url))) continue;
    seen.add(kind(url));
    const { status, type, bytes } = await weight(page, at);
    must(status === 200, `${at} answers 200, not ${status} (linked for ${login ?? "anyone"})`);
    must(bytes <= HEAVIEST, `${at} is light: ${bytes} bytes`);
    if (!type.includes("text/html")) continue;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(at);
    await look(page, `${login ?? "anyone"}${url.pathname.replaceAll("/", "_")}`);
    looked += 1;
    const links = await page.$$eval("a[href]", (all) => all.map((one) => one.href));
    for (const link of links) {
      const to = new URL(link);
      to.hash = "";
      if (to.origin === base && !to.searchParams.has("lang")) waiting.push(to.href);
    }
  }
  console.error(`${login ?? "anyone"}: ${looked} pages looked at`);
});
