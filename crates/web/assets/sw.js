// Keeps the visit pages and static files on the phone, so that visits are filled in without a network.
"use strict";
const PAGES = "merit-pages", FILES = "merit-files";
const kept = (url) => url.pathname === "/visits" || /^\/units\/[^/]+\/forms\/[^/]+$/.test(url.pathname);
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/sign-out") {
    event.waitUntil(caches.delete(PAGES));
    return;
  }
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.open(FILES).then(async (cache) => {
      const found = await cache.match(request);
      if (found) return found;
      const fresh = await fetch(request);
      if (fresh.ok) cache.put(request, fresh.clone());
      return fresh;
    }));
  } else if (kept(url)) {
    event.respondWith(caches.open(PAGES).then(async (cache) => {
      try {
        const fresh = await fetch(request);
        if (fresh.ok && !fresh.redirected) await cache.put(request, fresh.clone());
        return fresh;
      } catch (gone) {
        const found = await cache.match(request);
        if (found) return found;
        throw gone;
      }
    }));
  }
});
