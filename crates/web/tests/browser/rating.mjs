// A rating with script off; and a bad one: its rectification, and its revision with the same code.
import { ask, base, draw, linkTo, look, must, rate, send, someone, story } from "./lib.mjs";

await story(async (browser) => {
  const desk = await someone(browser, "desk");
  const { unit, codes } = await draw(desk);
  const said = "说好三天,等了三个星期";
  const rater = await someone(browser, null, { viewport: { width: 360, height: 740 } });
  await rater.goto(`${base}/r/${codes[0]}`);
  must((await rater.locator("input[name=level]:checked").count()) === 0, "no level is chosen beforehand");
  await look(rater, "rate");
  await rate(browser, codes[0], { level: "1", comment: said, "call-back": "17500000001" });

  await desk.goto(`${base}/units/${unit}/ratings`);
  must(!(await desk.innerText("main")).includes("17500000001"), "nothing is shown on the day it was said");
  await ask("clock 2026-12-11");
  const later = await someone(browser, "desk");
  await later.goto(`${base}/units/${unit}/ratings`);
  await look(later, "ratings");
  const asked = await later.innerText("main");
  must(asked.includes("17500000001") && asked.includes(said), "who asks to be called is shown to the unit");
  const card = later.locator("li.panel", { hasText: "17500000001" });
  const work = await card.locator("a[href^='/work/']").getAttribute("href");
  await send(later, `/units/${unit}/ratings/called`, {}, card);
  must(!(await later.innerText("main")).includes("17500000001"), "a number that was called is gone");

  const outcome = "当天上门道歉并办结,窗口改为两人值守";
  await later.goto(`${base}${work}`);
  await send(later, `${work}/finish`, { outcome });
  const checker = await someone(browser, "ratings");
  await checker.goto(`${base}${work}`);
  await send(checker, `${work}/check`, { verdict: "passed" });
  const anyone = await someone(browser, null);
  await anyone.goto(`${base}/units/${unit}/ratings`);
  const shown = await anyone.innerText("main");
  must(shown.includes(outcome) && !shown.includes(said), "what was done is public, who said what isn't");

  const again = await someone(browser, null, { javaScriptEnabled: false });
  await again.goto(`${base}/r/${codes[0]}`);
  must((await again.innerText("main")).includes(outcome), "the same code shows what was done");
  await send(again, `/r/${codes[0]}`, { level: "4" });
  await again.goto(`${base}/r/${codes[0]}`);
  must((await again.locator("form input[name=level]").count()) === 0, "a rating is revised once");
});
