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

class SignedOut extends Error {}

async function ask(address, accept) {
  const answer = await fetch(address, { headers: { accept }, credentials: "same-origin" });
  // Who is led to another page is led to the door.
  if (answer.redirected || answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

async function page(address) {
  const answer = await ask(address, "text/html");
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

// What was done is said once, and not again by every renewal.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  history.replaceState(null, "", here);
}

// Hears what happens, and says what has changed. Where there is no stream to be had it looks from time to time.
const news = document.getElementById("news");
const EVERY = 10_000;
const AGAIN = 60_000;
const WORDS = {
  "workout.performed": "New workout.",
  "workout.edited": "A workout was edited.",
  "workout.deleted": "A workout was deleted.",
  "record.set": "New record.",
  "record.revoked": "A record no longer stands.",
  "goal.achieved": "Goal reached.",
  "goal.revoked": "A goal is no longer reached.",
  "goal.missed": "A goal was missed.",
};
let since = Date.now();
let heard = new Set();
// Not always the highest: a store that was restored begins anew from a lower version.
let newest = null;
let renewing = false;
let over = false;
let stream = null;
let timer = 0;

const main = () => document.getElementById("main");
const version = () => Number(main().dataset.version);

// Whether somebody has put something else into a field than what the page came with.
function isFilled(field) {
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return field.checked !== field.defaultChecked || field.value !== field.defaultValue;
}

// Nothing is taken from under somebody's hands.
function isBusy() {
  if (main().contains(document.activeElement?.closest("form"))) return true;
  return [...main().querySelectorAll("form input, form select, form textarea")].some(isFilled);
}

function figures(root) {
  return new Map([...root.querySelectorAll("[data-figure]")].map((figure) => [figure.dataset.figure, figure]));
}

// What has the focus, as it is found again in another page.
function focused(root) {
  const places = "a, button, summary, input, select, textarea, [tabindex]";
  const name = (place) => `${place.tagName} ${place.id || place.getAttribute("href") || place.textContent}`;
  if (!root.contains(document.activeElement) || root === document.activeElement) return () => undefined;
  const wanted = name(document.activeElement);
  const at = [...root.querySelectorAll(places)].filter((place) => name(place) === wanted).indexOf(document.activeElement);
  return (fresh) => {
    const same = [...fresh.querySelectorAll(places)].filter((place) => name(place) === wanted);
    (same[at] ?? same[0] ?? fresh).focus({ preventScroll: true });
  };
}

async function renew() {
  const fresh = (await page(location.href)).getElementById("main");
  const old = main();
  const before = figures(old);
  const changes = [];
  for (const [name, figure] of figures(fresh)) {
    const was = before.get(name)?.textContent;
    if (was !== undefined && was !== figure.textContent) {
      changes.push(`${name} ${was} → ${figure.textContent}`);
      figure.classList.add("fresh");
    }
  }
  for (const details of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
  const focus = focused(old);
  old.replaceWith(fresh);
  quicken(fresh);
  focus(fresh);
  const said = [...heard];
  heard.clear();
  said.push(changes.length > 0 ? `Updated: ${changes.join(", ")}.` : "Updated.");
  news.textContent = said.join(" ");
}

// Brings the page to the newest version that was heard of.
async function update() {
  if (renewing || newest === null || newest === version() || isBusy()) return;
  renewing = true;
  const wanted = newest;
  try {
    await renew();
  } catch (error) {
    fail(error);
    return;
  } finally {
    renewing = false;
  }
  // The page may know more than what was heard until now.
  if (newest === wanted) newest = version();
  else update();
}

function answers() {
  since = Date.now();
  if (news.dataset.stale) {
    delete news.dataset.stale;
    news.textContent = "";
  }
}

function stale() {
  news.dataset.stale = "yes";
  const clock = new Date(since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  news.textContent = `The service does not answer; these figures are of ${clock}.`;
}

// There is nobody to ask for until somebody signs in, here or in another window.
function leave(words) {
  over = true;
  hush();
  news.dataset.stale = "yes";
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Open the page again";
  news.replaceChildren(`${words} `, link);
}

function fail(error) {
  if (error instanceof SignedOut) leave("You are signed out.");
  else stale();
}

async function look() {
  try {
    const answer = await ask(`${main().dataset.liveAt}/version`, "text/plain");
    const said = Number(await answer.text());
    if (!Number.isInteger(said)) throw new Error("no version");
    newest = said;
    answers();
    await update();
  } catch (error) {
    fail(error);
  }
}

// Until it is worth asking for a stream again.
async function poll(until) {
  clearTimeout(timer);
  if (document.visibilityState !== "visible") return;
  await look();
  if (over) return;
  timer = setTimeout(() => (Date.now() < until ? poll(until) : listen()), EVERY);
}

function hush() {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

function listen() {
  hush();
  over = false;
  if (!main().dataset.liveAt || document.visibilityState !== "visible") return;
  stream = new EventSource(`${main().dataset.liveAt}/live`);
  const arrived = (event) => {
    newest = JSON.parse(event.data).as_of.version;
    answers();
    update();
  };
  stream.addEventListener("open", answers);
  stream.addEventListener("snapshot", arrived);
  stream.addEventListener("changed", arrived);
  stream.addEventListener("end", (event) => {
    const isHidden = JSON.parse(event.data).code === "not_found";
    leave(isHidden ? "This is shown to you no longer." : "You are signed out.");
  });
  for (const [name, words] of Object.entries(WORDS)) stream.addEventListener(name, () => heard.add(words));
  stream.addEventListener("error", () => {
    // It comes back by itself, unless it was refused.
    if (stream?.readyState === EventSource.CONNECTING) {
      look();
    } else if (stream) {
      hush();
      poll(Date.now() + AGAIN);
    }
  });
}

quicken(document);
listen();
// A browser keeps few connections to one place, and a page that nobody sees needs none.
document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? listen() : hush()));
document.addEventListener("focusout", () => setTimeout(update));
