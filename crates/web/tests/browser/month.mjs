// A month: goals, a visit, ratings by those served, closing, approval by a second person, the circular everyone can read.
import { ask, base, draw, linkTo, look, must, rate, send, someone, story } from "./lib.mjs";

/** The unit files its goals for next month and says what became of the last ones. */
async function goals(browser) {
  const page = await someone(browser, "secretary");
  await page.goto(`${base}/me`);
  const link = await page.locator("main a[href*='/forms/monthly']").first().getAttribute("href");
  await page.goto(`${base}${link}`);
  await look(page, "monthly");
  const who = await page.locator("#people option").first().getAttribute("value");
  const action = link.split("?")[0];
  await send(page, action, {
    "f.closing.0.goal": "走访全部低保户", "f.closing.0.target": "42", "f.closing.0.reached": "42",
    "f.goals.0.goal": "修通后山水渠", "f.goals.0.figure": "1.8", "f.goals.0.due": "2027-01-25", "f.goals.0.who": who,
    "f.measures": "每周公布进度",
  });
  await page.goto(`${base}/me`);
  must((await page.locator(`main a[href="${link}"]`).count()) === 0, "what is filed isn't asked again");
}

/** A visitor has been somewhere. */
async function visit(browser) {
  const page = await someone(browser, "visitor");
  await page.goto(`${base}/visits`);
  const link = await linkTo(page, "/units/o001/forms/visit");
  await page.goto(`${base}${link}`);
  const marks = await page.locator("form input[type=number]").evaluateAll((all) => all.map((one) => one.name));
  await send(page, link.split("?")[0], { "f.day": "2026-12-10", ...Object.fromEntries(marks.map((name) => [name, "75"])) });
}

/** Presses whatever step of the closing is due, month by month, as the office does. */
async function close(browser, period, steps) {
  const page = `/office/periods/${period}`;
  for (;;) {
    const office = await someone(browser, "office");
    await office.goto(`${base}${page}`);
    const offered = [];
    for (const step of steps) if (await office.locator(`form[action="${page}/${step}"]`).count()) offered.push(step);
    if (offered.length > 0) await send(office, `${page}/${offered[0]}`);
    await office.context().close();
    if (offered.length === 0) return;
  }
}

await story(async (browser) => {
  await goals(browser);
  await visit(browser);
  const desk = await someone(browser, "desk");
  const { codes } = await draw(desk);
  for (const [at, code] of codes.entries()) await rate(browser, code, { level: String(3 + (at % 3)) });

  const steps = ["cut-off", "score", "finalise"];
  for (const day of ["2027-01-06", "2027-01-12", "2027-01-18", "2027-01-25", "2027-02-02", "2027-02-10"]) {
    await ask(`clock ${day}`);
    for (const period of ["2026-11", "2026-12"]) await close(browser, period, steps);
  }
  const page = "/office/periods/2026-12";
  const office = await someone(browser, "office");
  await office.goto(`${base}${page}`);
  await send(office, `${page}/draft`);
  await look(office, "closing");
  const second = await someone(browser, "office2");
  await second.goto(`${base}${page}`);
  await send(second, `${page}/approve`);
  await office.goto(`${base}${page}`);
  await send(office, `${page}/publish`);

  const anyone = await someone(browser, null);
  await anyone.goto(`${base}/circulars`);
  const circular = await linkTo(anyone, "/circulars/");
  await anyone.goto(`${base}${circular}`);
  must((await anyone.innerText("h1")).includes("2026年12月"), "the month's circular is there for everyone");
  await look(anyone, "circular");
  const score = await linkTo(anyone, "/units/");
  await anyone.goto(`${base}${score}`);
  must((await anyone.innerText("main")).includes("得分"), "and each score with how it came about");
});
