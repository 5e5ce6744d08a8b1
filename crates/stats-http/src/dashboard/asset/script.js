// Everything here adds to pages that work without it: the value under the pointer, choices without a reload, and figures
// that renew themselves.
"use strict";

// A mark says its value in a title, which browsers show late and never for keys. Here it goes to a line below the chart.
function quicken(root) {
  for (const chart of root.querySelectorAll(".chart")) {
    const readout = chart.querySelector(".readout");
    const stage = chart.querySelector("[role=img]");
    const marks = [...chart.querySelectorAll(".mark")];
    if (!readout || !stage || marks.length === 0) continue;
    for (const mark of marks) {
      const title = mark.querySelector("title");
      mark.dataset.says = title.textContent;
      title.remove();
    }
    const usual = readout.textContent;
    let at = marks.length;
    const show = (place) => {
      marks[at]?.classList.remove("on");
      at = Math.max(0, Math.min(marks.length - 1, place));
      marks[at].classList.add("on");
      readout.textContent = marks[at].dataset.says;
    };
    const hide = () => {
      marks[at]?.classList.remove("on");
      at = marks.length;
      readout.textContent = usual;
    };
    stage.addEventListener("pointermove", (event) => {
      const mark = event.target.closest(".mark");
      if (mark) show(marks.indexOf(mark));
    });
    stage.addEventListener("pointerleave", hide);
    stage.addEventListener("focus", () => show(marks.length - 1));
    stage.addEventListener("blur", hide);
    stage.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: marks.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      show(to);
    });
  }
}

async function page(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// A choice of a chart renews that chart only.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-part]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const part = link.dataset.part;
  const name = link.textContent;
  try {
    const fresh = (await page(link.href)).getElementById(part);
    document.getElementById(part).replaceWith(fresh);
    history.replaceState(null, "", link.href);
    quicken(fresh);
    [...fresh.querySelectorAll("a[data-part]")].find((other) => other.textContent === name)?.focus();
  } catch {
    location.assign(link.href);
  }
});

// The menu closes like a menu.
const settings = document.querySelector(".settings");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && settings?.open) {
    settings.open = false;
    settings.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  if (settings?.open && !settings.contains(event.target)) settings.open = false;
});

// The service learns where "today" is, for who has not told it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const base = document.querySelector("a.brand").pathname;
if (zone && !document.cookie.includes("board_zone=")) {
  document.cookie = `board_zone=${encodeURIComponent(zone)}; Path=${base}; Max-Age=31536000; SameSite=Lax`;
}

// Looks from time to time whether something has changed, and says what.
const news = document.getElementById("news");
const EVERY = 10_000;
let since = Date.now();

function figures(root) {
  return new Map([...root.querySelectorAll("[data-figure]")].map((figure) => [figure.dataset.figure, figure]));
}

async function renew() {
  const main = document.getElementById("main");
  const fresh = (await page(location.href)).getElementById("main");
  const before = figures(main);
  const changes = [];
  for (const [name, figure] of figures(fresh)) {
    const old = before.get(name)?.textContent;
    if (old !== undefined && old !== figure.textContent) {
      changes.push(`${name} ${old} → ${figure.textContent}`);
      figure.classList.add("fresh");
    }
  }
  for (const details of main.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
  main.replaceWith(fresh);
  quicken(fresh);
  news.textContent = changes.length > 0 ? `Updated: ${changes.join(", ")}.` : "Updated.";
}

async function look() {
  const main = document.getElementById("main");
  const address = main.dataset.versionAt;
  if (!address) return;
  if (document.visibilityState === "visible" && !main.contains(document.activeElement?.closest("form"))) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const version = await answer.text();
      if (news.dataset.stale) {
        delete news.dataset.stale;
        news.textContent = "";
      }
      since = Date.now();
      if (version !== main.dataset.version) await renew();
    } catch {
      news.dataset.stale = "yes";
      const clock = new Date(since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      news.textContent = `The service does not answer; these figures are of ${clock}.`;
    }
  }
  setTimeout(look, EVERY);
}

quicken(document);
setTimeout(look, EVERY);
