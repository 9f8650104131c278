// Single sign-on in a browser, whose policy for forms lets none lead to another site: there, back, linked, signed in.
import { base, look, must, someone, story } from "./lib.mjs";

/** Presses the button of a form that leads through the provider back to here. */
async function through(page, action, back) {
  await Promise.all([page.waitForURL(back), page.click(`form[action="${action}"] button`)]);
}

const returned = /\/sign-in\/oidc\/return/;

await story(async (browser) => {
  const page = await someone(browser, null);
  await page.goto(`${base}/sign-in?then=/me`);
  await look(page, "sign-in-by-provider");
  await through(page, "/sign-in/oidc", returned);
  must((await page.innerText("h1")).includes("还没有关联"), "an identity nobody has linked is told so");
  await look(page, "sign-on-unlinked");

  const desk = await someone(browser, "desk");
  await desk.goto(`${base}/account`);
  await desk.fill('form[action="/account/oidc"] [name=password]', process.env.MERIT_PASSWORD);
  await through(desk, "/account/oidc", `${base}/account`);
  must((await desk.innerText(".flash")).includes("已关联"), "linked");
  await look(desk, "account-linked");

  await page.goto(`${base}/sign-in?then=/me`);
  await through(page, "/sign-in/oidc", `${base}/me`);

  const office = await someone(browser, "office");
  await office.goto(`${base}/office/accounts`);
  await Promise.all([office.waitForEvent("load"), office.locator("form:has([name=person]) button").first().click()]);
  const link = (await office.locator("[role=status] code").innerText()).trim();
  const guest = await someone(browser, null);
  await guest.goto(link);
  await look(guest, "welcome-by-provider");
  await through(guest, `${new URL(link).pathname}/oidc`, returned);
  must((await guest.innerText("h1")).includes("没有关联"), "an identity that is someone's already makes no account");

  const plain = await someone(browser, null, { javaScriptEnabled: false });
  await plain.goto(`${base}/sign-in?then=/me`);
  await through(plain, "/sign-in/oidc", `${base}/me`);
});
