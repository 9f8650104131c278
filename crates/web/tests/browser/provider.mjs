// A provider of single sign-on for tests: oidc-provider, whose people sign in without being asked. It lives in the time of the
// server it is for, and can be told to send what no provider should.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { generateKeyPairSync } from "node:crypto";
import { createInterface } from "node:readline";
import path from "node:path";

let now = 0;
Date.now = () => now;

const modules = createRequire(path.join(process.env.MERIT_BROWSER, "package.json"));
const { default: Provider } = await import(modules.resolve("oidc-provider"));
const jose = await import(createRequire(modules.resolve("oidc-provider")).resolve("jose"));

/** A key to sign with, as `jwks` takes it. */
function key(kid) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
}

const keys = [key("first")];
const other = key("first");
const server = createServer((request, response) => handle(request, response));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;

// Who signs in next, how strongly, and what becomes of what is said about them.
let subject = "zhang";
let acr;
let bend = "";
let provider, callback;

const settings = (base) => ({
  clients: [{
    client_id: "merit",
    client_secret: "what the two share",
    redirect_uris: [`${base}/sign-in/oidc/return`],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  jwks: { keys },
  cookies: { keys: ["one"] },
  acrValues: ["strong", "weak"],
  claims: { acr: null, iss: null, sid: null, auth_time: null, openid: ["sub"] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

let reached;

/** Begins to serve whoever is reached at this address. */
function serve(base) {
  reached = base;
  provider = new Provider(issuer, settings(base));
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === "token" && ctx.body?.id_token && bend) ctx.body.id_token = await wrong(ctx.body.id_token);
  });
  callback = provider.callback();
}

/** The same word about someone, made wrong in one way. */
async function wrong(token) {
  const claims = jose.decodeJwt(token);
  const header = jose.decodeProtectedHeader(token);
  let signer = keys[0];
  const seconds = Math.floor(now / 1000);
  if (bend === "expired") Object.assign(claims, { iat: seconds - 1200, exp: seconds - 600 });
  if (bend === "audience") claims.aud = "someone-else";
  if (bend === "audiences") claims.aud = ["merit", "someone-else"];
  if (bend === "nonce") claims.nonce = "of another request";
  if (bend === "no-nonce") delete claims.nonce;
  if (bend === "issuer") claims.iss = "https://elsewhere.example";
  if (bend === "hash") claims.at_hash = "AAAAAAAAAAAAAAAAAAAAAA";
  if (bend === "signature") signer = other;
  if (bend === "none") return new jose.UnsecuredJWT(claims).encode();
  if (bend === "shared") {
    // Signed by the secret that both hold.
    return new jose.SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode("what the two share"));
  }
  return new jose.SignJWT(claims).setProtectedHeader(header).sign(await jose.importJWK(signer, "RS256"));
}

async function handle(request, response) {
  if (!request.url.startsWith("/interaction/")) return callback(request, response);
  const result = bend === "denied"
    ? { error: "access_denied", error_description: "not today" }
    : { login: { accountId: subject, acr, remember: false } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

console.log(`ready ${issuer}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [what, value] = line.split(" ");
  if (what === "base") serve(value);
  else if (what === "subject") subject = value;
  else if (what === "acr") acr = value;
  else if (what === "now") now = Number(value) * 1000;
  else if (what === "rotate") {
    keys.splice(0, 1, key("second"));
    serve(reached);
  } else if (what === "bend") bend = value ?? "";
  console.log("ok");
}
process.exit(0);
