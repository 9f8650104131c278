// A visit filled in without a network: kept on the phone, sent later, a conflict shown.
import { base, linkTo, look, must, send, someone, story } from "./lib.mjs";

const PHONE = { viewport: { width: 360, height: 740 } };

async function keptAll() {
  const kept = (await (await caches.open("merit-pages")).keys()).map((one) => one.url);
  const links = [...document.querySelectorAll("a[data-keep]")].map((one) => one.href);
  return links.length > 0 && links.every((link) => kept.includes(link));
}

/** A phone that has opened the plan, and keeps its pages. */
async function prepared(browser) {
  const phone = await someone(browser, "visitor", PHONE);
  await phone.goto(`${base}/visits`);
  await phone.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // The driver's own waiting doesn't wait for promises.
  while (!(await phone.evaluate(keptAll))) await phone.waitForTimeout(100);
  return phone;
}

async function fill(phone, link, good) {
  await phone.goto(`${base}${link}`);
  const form = phone.locator("form[data-offline]");
  for (const mark of await form.locator("input[type=number]").all()) await mark.fill("80");
  await form.locator("[name='f.good']").fill(good);
  await form.locator("[name='f.day']").fill("2026-12-10");
  await form.locator("button").click();
}

/** The phone may have noticed by itself that there is a network again, and sent already. */
const sendNow = (phone) => phone.evaluate(() => document.getElementById("send-now").click());

await story(async (browser) => {
  const first = await prepared(browser);
  const link = await linkTo(first, "/units/o001/forms/visit");
  const second = await prepared(browser);
  for (const phone of [first, second]) await phone.context().setOffline(true);
  await fill(first, link, "公开栏当天更新");
  await first.locator("form [role=status]").waitFor();
  await first.goto(`${base}/visits`);
  await first.locator("#outbox li").waitFor();
  await fill(second, link, "值班表贴在门口");
  await second.locator("form [role=status]").waitFor();

  await first.locator("#send-now").click();
  await first.locator("#outbox [role=status]").filter({ hasText: "连不上" }).waitFor();
  await first.context().setOffline(false);
  await sendNow(first);
  await first.locator("#outbox").waitFor({ state: "hidden" });
  await first.goto(`${base}${link}`);
  await first.locator("main a[href^='/records/']").first().click();
  must((await first.innerText("main")).includes("公开栏当天更新"), "the visit has arrived");

  await second.context().setOffline(false);
  await sendNow(second);
  await second.locator("#outbox li p").waitFor();
  const outbox = await second.innerText("#outbox");
  must(outbox.includes("看到的好做法: 值班表贴在门口"), `what was filled in isn't lost: ${outbox}`);
  await look(second, "visit-conflict");
  await second.locator("#outbox li button").click();
  await second.locator("#outbox").waitFor({ state: "hidden" });
});
