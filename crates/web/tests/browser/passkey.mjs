// A passkey: made on the account's page, signed in with, refused where it doesn't hold, renamed, taken away.
import { base, look, must, send, someone, story } from "./lib.mjs";

/** A device with a fingerprint reader, as Chromium plays it for tests. */
async function device(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return (what, more = {}) => session.send(`WebAuthn.${what}`, { authenticatorId, ...more });
}

/** Asks for a passkey of this name, up to where the browser makes it. */
async function add(page, name) {
  await page.goto(`${base}/account`);
  const form = page.locator('form[action="/account/passkeys"]');
  await form.locator("[name=passkey-name]").fill(name);
  await form.locator("[name=password]").fill(process.env.MERIT_PASSWORD);
  await Promise.all([page.waitForEvent("load"), form.locator("button").click()]);
}

const make = 'form[data-passkey="make"]';
const show = 'form[data-passkey="show"]';

/** Presses the button of a form that the browser's device answers; what is said where it fails. */
async function failing(page, form) {
  await page.click(`${form} button`);
  const alert = page.locator(`${form} [role=alert]`);
  await alert.filter({ hasText: /\S/ }).waitFor();
  return alert.innerText();
}

async function signOut(page) {
  await Promise.all([page.waitForEvent("load"), page.click('form[action="/sign-out"] button')]);
}

async function signIn(page) {
  await page.goto(`${base}/sign-in?then=/me`);
  const posted = page.waitForRequest((one) => one.method() === "POST" && one.url().endsWith("/sign-in/passkey"));
  await Promise.all([page.waitForEvent("load"), page.click(`${show} button`)]);
  return (await posted).postData();
}

await story(async (browser) => {
  const page = await someone(browser, "desk");
  const tell = await device(page);
  await add(page, "我的手机");
  await look(page, "passkey-make");
  await Promise.all([page.waitForURL(`${base}/account`), page.click(`${make} button`)]);
  must((await page.innerText("main")).includes("我的手机"), "the passkey is listed");
  await look(page, "passkeys");
  const { credentials } = await tell("getCredentials");
  must(credentials.length === 1 && credentials[0].isResidentCredential, "the device keeps one that it finds by itself");
  const handle = Buffer.from(credentials[0].userHandle, "base64");
  must(handle.length === 64 && !handle.includes("desk"), "what it knows its owner by says nothing");

  await add(page, "又一个");
  must((await failing(page, make)).includes("没有建成"), "the same device makes no second one");

  await signOut(page);
  await page.goto(`${base}/sign-in`);
  await look(page, "sign-in");
  const said = await signIn(page);
  must(page.url() === `${base}/me`, `signed in, and where one wanted to go: ${page.url()}`);
  const again = await page.evaluate(async ([at, body]) => {
    const csrf = document.querySelector("[name=csrf]").value;
    const fields = new URLSearchParams(body);
    fields.set("csrf", csrf);
    return (await fetch(at, { method: "POST", body: fields })).status;
  }, [`${base}/sign-in/passkey`, said]);
  must(again === 403, `what was said once signs nobody in again: ${again}`);

  await signOut(page);
  await tell("setUserVerified", { isUserVerified: false });
  await page.goto(`${base}/sign-in`);
  must((await failing(page, show)).includes("没有用通行密钥登录"), "without fingerprint or PIN nobody is signed in");
  await tell("setUserVerified", { isUserVerified: true });

  const bent = async (change) => {
    await page.goto(`${base}/sign-in`);
    const options = page.locator(show);
    const answer = await options.evaluate(async (form, change) => {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value });
      const asked = await (await fetch(form.dataset.options, { method: "POST", body })).json();
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
      if (change === "challenge") publicKey.challenge = crypto.getRandomValues(new Uint8Array(16));
      const shown = (await navigator.credentials.get({ publicKey })).toJSON();
      const flip = (text) => (text[20] === "A" ? `${text.slice(0, 20)}B${text.slice(21)}` : `${text.slice(0, 20)}A${text.slice(21)}`);
      if (change === "signature") shown.response.signature = flip(shown.response.signature);
      if (change === "handle") shown.response.userHandle = flip(shown.response.userHandle);
      if (change === "origin") {
        const data = atob(shown.response.clientDataJSON.replaceAll("-", "+").replaceAll("_", "/")).replace("localhost", "elsewhere");
        shown.response.clientDataJSON = btoa(data).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      }
      body.set("credential", JSON.stringify(shown));
      return (await fetch(form.action, { method: "POST", body })).status;
    }, change);
    must(answer === 403, `a passkey with another ${change} is refused: ${answer}`);
  };
  for (const change of ["challenge", "signature", "handle", "origin"]) await bent(change);

  await signIn(page);
  await page.goto(`${base}/account`);
  await send(page, "/account/passkeys/name", { "passkey-name": "旧手机" });
  must((await page.innerText("main")).includes("旧手机"), "it is renamed");
  await send(page, "/account/passkeys/end");
  must(!(await page.innerText("main")).includes("旧手机"), "it is taken away");
  await signOut(page);
  await signIn(page);
  must((await page.innerText("main")).includes("没有这个通行密钥"), "taken away, it signs nobody in");

  const plain = await someone(browser, null, { javaScriptEnabled: false });
  await plain.goto(`${base}/sign-in`);
  must(!(await plain.locator(show).isVisible()), "without script the button isn't there");
});
