"use strict";
const chinese = document.documentElement.lang.startsWith("zh");
const say = (english, translated) => (chinese ? translated : english);

// The other language opens at the place that is being read: cells have the same ids there.
document.querySelectorAll(".language a").forEach((link) => {
  link.addEventListener("click", () => {
    const cells = [...document.querySelectorAll("[id^=cell-]")];
    const above = cells.filter((cell) => cell.getBoundingClientRect().top < innerHeight / 3);
    link.hash = above.length ? above.pop().id : "";
    if (new URLSearchParams(location.search).has("q")) link.search = location.search;
  });
});

// A figure opens in its full size; without this script its link does that.
document.querySelectorAll("a.figure").forEach((link) => {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = document.createElement("dialog");
    const picture = document.createElement("img");
    dialog.className = "zoom";
    dialog.tabIndex = 0;
    picture.src = link.href;
    picture.alt = link.querySelector("img").alt;
    dialog.setAttribute("aria-label", picture.alt);
    dialog.append(picture);
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("keydown", (pressed) => pressed.stopPropagation()); // Sphinx takes Escape
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  });
});

// Tables: sorted by a column; of long ones those rows that have the words and the choices.
const text = (row, column) => row.cells[column].textContent.trim();

function compare(one, other) {
  const [a, b] = [one, other].map((each) => parseFloat(each.replaceAll(",", "")));
  if (!Number.isNaN(a) && !Number.isNaN(b) && a !== b) return a - b;
  return one.localeCompare(other, chinese ? "zh" : "en", { numeric: true });
}

function sort(table, head) {
  const column = head.cellIndex;
  const up = head.getAttribute("aria-sort") !== "ascending";
  table.querySelectorAll("th").forEach((each) => each.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((one, other) => (up ? 1 : -1) * compare(text(one, column), text(other, column)));
  table.tBodies[0].append(...rows);
}

function filters(table) {
  const rows = [...table.tBodies[0].rows];
  const form = document.createElement("form");
  const shown = document.createElement("output");
  form.className = "filters";
  const words = document.createElement("input");
  words.type = "search";
  words.placeholder = words.ariaLabel = say("only rows with these words", "只显示含有这些词的行");
  form.append(words);
  const choices = [...table.tHead.rows[0].cells].filter((head) => "choice" in head.dataset);
  choices.forEach((head) => {
    const choice = document.createElement("select");
    const values = [...new Set(rows.map((row) => text(row, head.cellIndex)))].filter(Boolean);
    choice.ariaLabel = head.textContent;
    choice.dataset.column = head.cellIndex;
    choice.append(new Option(`${head.textContent}: ${say("all", "全部")}`, ""));
    values.forEach((value) => choice.append(new Option(value, value)));
    form.append(choice);
  });
  form.append(shown);
  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/);
    let count = 0;
    rows.forEach((row) => {
      const has = wanted.every((word) => row.textContent.toLowerCase().includes(word));
      const chosen = [...form.querySelectorAll("select")].every((choice) => {
        return !choice.value || text(row, choice.dataset.column) === choice.value;
      });
      row.hidden = !(has && chosen);
      count += has && chosen;
    });
    shown.textContent = say(`${count} of ${rows.length} rows`, `${rows.length} 行中的 ${count} 行`);
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
  return form;
}

document.querySelectorAll(".wide table").forEach((table) => {
  if (table.tBodies[0].rows.length > 15) table.parentElement.before(filters(table));
  table.querySelectorAll("thead th").forEach((head) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, head));
  });
});

// What is too wide can be scrolled with the keyboard too.
document.querySelectorAll("pre, .wide, .table-wrapper, mjx-container").forEach((each) => {
  if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
});

// Folded answers are printed.
addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((each) => (each.open = true));
});

// A page opened as a file may not read another one: what is found is listed by its titles.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// Furo's own parts: what they are called, in the page's language.
const names = {
  ".sidebar-drawer": say("All pages", "全部页面"),
  ".toc-drawer": say("On this page", "本页内容"),
  ".theme-toggle": say("Light, dark, or as the system has it", "浅色、深色或跟随系统"),
  "#__navigation": say("Show all pages", "显示全部页面"),
  "#__toc": say("Show what is on this page", "显示本页内容"),
};
for (const [selector, name] of Object.entries(names)) {
  document.querySelectorAll(selector).forEach((each) => (each.ariaLabel = name));
}

if (chinese && typeof Documentation !== "undefined") {
  const found = "找到 ${resultCount} 个相符的页面。";
  Documentation.addTranslations({
    messages: { "Search finished, found one page matching the search query.": [found, found] },
    plural_expr: "0",
    locale: "zh_CN",
  });
}
