// Visits filled in without a network: kept on the phone with their key, sent once there is one.
"use strict";
(() => {
  const box = document.getElementById("outbox");
  if (!box || !("indexedDB" in window) || !("serviceWorker" in navigator)) return;
  const list = box.querySelector("ul"), told = box.querySelector("[role=status]"), words = box.dataset;
  const store = (mode, work) => new Promise((done, failed) => {
    const open = indexedDB.open("merit", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("visits", { keyPath: "key" });
    open.onerror = () => failed(open.error);
    open.onsuccess = () => {
      const change = open.result.transaction("visits", mode);
      const asked = work(change.objectStore("visits"));
      change.oncomplete = () => { open.result.close(); done(asked.result); };
      change.onerror = () => failed(change.error);
    };
  });
  const mine = async () => (await store("readonly", (s) => s.getAll())).filter((one) => one.owner === words.owner);
  const add = (parent, tag, text) => { const made = document.createElement(tag); made.textContent = text; parent.append(made); return made; };
  const show = async () => {
    const all = await mine();
    box.hidden = all.length === 0;
    list.replaceChildren();
    for (const one of all) {
      const item = add(list, "li", `${one.title} — ${one.wrong ? words.conflict : words.waiting} `);
      if (one.wrong) {
        add(item, "p", one.wrong);
        const facts = add(item, "ul", "");
        for (const [label, value] of one.said) add(facts, "li", `${label}: ${value}`);
        add(item, "a", words.theirs).href = one.page;
        const drop = add(item, "button", words.discard);
        drop.type = "button";
        drop.className = "second";
        drop.onclick = async () => { await store("readwrite", (s) => s.delete(one.key)); show(); };
      }
    }
  };
  const token = async () => {
    const page = await fetch("/visits", { cache: "no-store" });
    const text = new DOMParser().parseFromString(await page.text(), "text/html");
    return text.querySelector("#outbox")?.dataset.owner === words.owner && text.querySelector("input[name=csrf]")?.value;
  };
  // A phone that says it is online may still reach nothing: only an answer counts.
  const reached = () => fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) }).then((answer) => answer.ok, () => false);
  let sending = false;
  const send = async () => {
    const waiting = sending ? [] : (await mine()).filter((one) => !one.wrong);
    if (waiting.length === 0) return;
    sending = true;
    told.textContent = "";
    try {
      const csrf = await token();
      for (const one of csrf ? waiting : []) {
        const body = new FormData();
        for (const [name, value] of one.fields) if (name !== "csrf" && name !== "key") body.append(name, value);
        body.append("csrf", csrf);
        body.append("key", one.key);
        const answer = await fetch(one.to, { method: "POST", body });
        if (answer.ok) await store("readwrite", (s) => s.delete(one.key));
        else if (answer.status === 409 || answer.status === 422) {
          const text = new DOMParser().parseFromString(await answer.text(), "text/html");
          one.wrong = text.querySelector("[role=alert]")?.textContent.trim() || String(answer.status);
          await store("readwrite", (s) => s.put(one));
        }
      }
    } catch { told.textContent = words.unreached; } finally { sending = false; }
    show();
  };
  // What was filled in, under the labels that stood beside it.
  const said = (form) => [...new FormData(form)]
    .filter(([name, value]) => name.startsWith("f.") && typeof value === "string" && value)
    .map(([name, value]) => [form.querySelector(`label[for="${CSS.escape(name)}"]`)?.firstChild.textContent.trim() || name.slice(2), value]);
  for (const form of document.querySelectorAll("form[data-offline]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      if (await reached()) return form.submit();
      const drawn = crypto.getRandomValues(new Uint8Array(16));
      const key = Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
      const about = form.querySelector("[name=about]")?.value || "";
      const title = `${document.querySelector("h1").textContent} ${about}`;
      const fields = [...new FormData(form)];
      await store("readwrite", (s) => s.put({ key, owner: words.owner, to: form.getAttribute("action"), page: location.pathname + location.search, title, fields, said: said(form) }));
      add(form, "p", words.kept).setAttribute("role", "status");
      show();
    });
  }
  const keep = async () => {
    const cache = await caches.open("merit-pages");
    for (const link of document.querySelectorAll("a[data-keep]")) {
      try {
        const page = await fetch(link.href);
        if (page.ok && !page.redirected) await cache.put(link.href, page);
      } catch { return; }
    }
  };
  navigator.serviceWorker.register("/sw.js").then(keep);
  document.getElementById("send-now").onclick = send;
  addEventListener("online", send);
  setInterval(send, 30000);
  show().then(send);
})();
