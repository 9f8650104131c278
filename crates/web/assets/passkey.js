// Passkeys: the browser makes one or shows one, and what it says goes to the server with the form.
"use strict";
(() => {
  const able = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
  const make = (form) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.options));
    return navigator.credentials.create({ publicKey });
  };
  const show = async (form) => {
    const body = new URLSearchParams({ csrf: form.elements.csrf.value });
    const answer = await fetch(form.dataset.options, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(await answer.json()) });
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[role=alert]"), said = form.dataset.failed, held = form.elements.credential;
    if (!able) {
      failed.textContent = said;
      continue;
    }
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.textContent = "";
      try {
        held.value = JSON.stringify(await (form.dataset.passkey === "make" ? make(form) : show(form)));
        form.submit();
      } catch {
        failed.textContent = said;
      }
    });
  }
})();
