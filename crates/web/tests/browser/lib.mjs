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
  // A refusal, and a network that is gone, are what a story is about.
  const told = ["status of", "ERR_INTERNET_DISCONNECTED"];
  page.on("console", (message) => {
    if (message.type() === "error" && !told.some((part) => message.text().includes(part))) page.troubles.push(message.text());
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

/** Fills in the form that goes to this path, sends it; what comes of it is no refusal. */
export async function send(page, action, fields = {}, within = page) {
  const form = within.locator(`form[action="${action}"], form[action^="${action}?"]`).first();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first();
    const kind = await field.evaluate((one) => (one.tagName === "SELECT" ? "select" : one.type));
    if (kind === "select") await field.selectOption(value);
    else if (kind === "radio") await form.locator(`[name="${name}"][value="${value}"]`).check();
    else await field.fill(value);
  }
  const posted = page.waitForResponse((one) => one.request().method() === "POST");
  await Promise.all([page.waitForEvent("load"), form.locator("button").last().click()]);
  const status = (await posted).status();
  if (status === 303) return;
  const said = await page.locator("[role=alert], .wrong").allInnerTexts();
  must(false, `${action} is taken, not answered with ${status}: ${said.join(" / ")}`);
}

/** The first link of a page that begins so. */
export async function linkTo(page, start) {
  const found = await page.$$eval("main a[href]", (all) => all.map((one) => one.getAttribute("href")));
  const link = found.find((one) => one.startsWith(start));
  must(link, `${page.url()} links to ${start}…`);
  return link;
}

/** Six codes drawn at someone's own desk: the links as they are printed. */
export async function draw(page) {
  await page.goto(`${base}/me`);
  const unit = (await linkTo(page, "/units/")).split("/")[2];
  await page.goto(`${base}/units/${unit}/invitations`);
  await send(page, `/units/${unit}/invitations`, { count: "6" });
  const text = await page.content();
  const codes = [...new Set([...text.matchAll(/\/r\/([0-9A-Z]{26})/g)].map((one) => one[1]))];
  must(codes.length === 6, `six codes are drawn, not ${codes.length}`);
  return { unit, codes };
}

/** Rates with a code, in a browser whose script is off. */
export async function rate(browser, code, fields) {
  const page = await someone(browser, null, { javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await page.goto(`${base}/r/${code}`);
  await send(page, `/r/${code}`, fields);
  must(page.url().includes("/thanks"), `who rated is thanked: ${page.url()}`);
  return page;
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
