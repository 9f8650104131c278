// An objection to a score is upheld, and the score computed again.
import { ask, base, linkTo, look, must, send, someone, story } from "./lib.mjs";

async function score(page, unit) {
  await page.goto(`${base}/units/${unit}/score/2026-11`);
  const facts = await page.locator("dl.facts").first().innerText();
  return Number(/得分\s+([0-9.]+)/.exec(facts)[1]);
}

await story(async (browser) => {
  const secretary = await someone(browser, "secretary");
  await secretary.goto(`${base}/me`);
  const unit = (await linkTo(secretary, "/units/")).split("/")[2];
  const before = await score(secretary, unit);
  const raise = await secretary.locator("a[href*='objections/new'][href*='livelihood']").getAttribute("href");
  await secretary.goto(`${base}${raise}`);
  await look(secretary, "object");
  await send(secretary, `/units/${unit}/objections/new`, { act: "县督查室 11 月漏记一件已验收的实事", on: "2026-11-20", reason: "验收单在县督查室,编号可查" });
  const objection = await linkTo(secretary, "/objections/");

  const reviewer = await someone(browser, "reviewer");
  await reviewer.goto(`${base}${objection}`);
  await look(reviewer, "decide");
  const measure = await reviewer.locator("select[name=measure] option", { hasText: "民生实事" }).first().getAttribute("value");
  await send(reviewer, `${objection}/decide`, { outcome: "upheld", effect: "correct", measure, figure: "1", reason: "验收单属实" });
  await ask("clock 2027-01-20");

  const office = await someone(browser, "office");
  await office.goto(`${base}/office/periods/2026-11`);
  await send(office, "/office/periods/2026-11/score");
  const later = await someone(browser, "secretary");
  const after = await score(later, unit);
  must(after > before, `the score is computed again: ${before} → ${after}`);
  await later.goto(`${base}${objection}`);
  must((await later.innerText("main")).includes("成立"), "the decision is shown to who objected");
});
