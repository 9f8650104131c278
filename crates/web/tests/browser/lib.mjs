// What the stories share: a real Chromium, people signed in, pages looked at.
import { createInterface } from "node:readline";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

// The packages lie where the test command has put them.
const modules = createRequire(path.join(process.env.MERIT_BROWSER, "package.json"));
const { chromium } = modules("playwright-core");
const axe = modules.resolve("axe-core/axe.min.js");

export const base = process.env.MERIT_BASE;
const shots = process.env.MERIT_SHOTS;
const WIDTHS = [360, 768, 1440];

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Asks the test that runs the server for something, such as `clock 2026-12-16`. */
export async function ask(what) {
  process.stdout.write(`@${what}\n`);
  const { value } = await lines.next();
  if (!value?.startsWith("ok")) throw new Error(`the server's test refused: ${what}: ${value}`);
  return value.slice(3);
}

export function must(condition, what) {
  if (!condition) throw new Error(`must hold: ${what}`);
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A browser of someone: their cookies, their language. */
export async function someone(browser, login, options = {}) {
  const context = await browser.newContext({ locale: "zh-CN", viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(`script: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("status of")) page.troubles.push(message.text());
  });
  if (login) await signIn(page, login);
  return page;
}

export async function signIn(page, login) {
  await page.goto(`${base}/sign-in`);
  await page.fill("#login", login);
  await page.fill("#password", process.env.MERIT_PASSWORD);
  await page.click("main form button");
  must(!page.url().includes("/sign-in"), `${login} is signed in`);
}

/** That a page is fit for everyone: nothing axe-core objects to, nothing wider than a phone, no script gone wrong. */
export async function look(page, name) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      must(wide <= 0, `${name} fits into ${width} pixels (${wide} too wide)`);
      if (shots && name) {
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: path.join(shots, `${name}-${width}-${scheme}.png`), fullPage: true });
      }
    }
    await objections(page, `${name}, ${scheme}`);
  }
  must(page.troubles.length === 0, `${name} has no script error: ${page.troubles}`);
}

async function objections(page, name) {
  // The page's policy lets no script in; the test's own is put in by the debugger.
  await page.evaluate(modules("node:fs").readFileSync(axe, "utf8"));
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
  });
  must(found.length === 0, `${name} passes axe-core:\n${found.join("\n")}`);
}

/** Runs a story; what goes wrong ends it with a screenshot. */
export async function story(tell) {
  const browser = await launch();
  try {
    await tell(browser);
    process.stdout.write("@told\n");
  } catch (error) {
    console.error(error.stack ?? error);
    process.exitCode = 1;
  } finally {
    await browser.close();
    process.stdin.destroy();
  }
}
