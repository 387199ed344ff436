"use strict";
(() => {
  const table = document.querySelector("table.g");
  if (!table) return;
  const bar = document.getElementById("bar");
  const { gid, first, last, frozen } = table.dataset;
  const query = new URLSearchParams(location.search);

  const number = (letters) => [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

  // A1, A1:C3, 5:5 or B:B → edges that count from 1 and include their ends; null when it is none of these.
  const box = (text) => {
    const found = /^(?:.*!)?\$?([a-z]{0,3})\$?(\d*)(?::\$?([a-z]{0,3})\$?(\d*))?$/i.exec(text || "");
    if (!found || !text) return null;
    const [, left, top, right = left, bottom = top] = found;
    return { left: left ? number(left) : 1, top: +top || 1, right: right ? number(right) : Infinity, bottom: +bottom || Infinity, row: +top || 0 };
  };

  const here = (row) => row === 0 || row <= +frozen || (row >= +first && row <= +last);

  const pick = (cell) => {
    const parts = [["b", cell.id], ["span", cell.querySelector("[role=img]")?.ariaLabel ?? cell.textContent], ["em", cell.title]];
    bar.replaceChildren(...parts.filter(([, text]) => text).map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text })));
  };

  const show = () => {
    const hash = new URLSearchParams(location.hash.slice(1));
    const wanted = { gid: hash.get("gid") ?? query.get("gid") ?? gid, range: hash.get("range") ?? query.get("range") ?? "" };
    const area = box(wanted.range);
    if ((wanted.gid !== gid || (area && !here(area.row))) && (query.get("gid") !== wanted.gid || (query.get("range") ?? "") !== wanted.range)) {
      query.set("gid", wanted.gid);
      query.set("range", wanted.range);
      location.replace(`?${query}${location.hash}`);
      return;
    }
    table.querySelectorAll(".hit").forEach((cell) => cell.classList.remove("hit"));
    if (!area || wanted.gid !== gid) return;
    const hits = [...table.querySelectorAll("td")].filter((cell) => {
      const [, letters, row] = /^([A-Z]+)(\d+)$/.exec(cell.id);
      const column = number(letters);
      return column >= area.left && column <= area.right && +row >= area.top && +row <= area.bottom;
    });
    hits.forEach((cell) => cell.classList.add("hit"));
    if (!hits.length) return;
    pick(hits[0]);
    const held = [...table.querySelectorAll(".l th")].filter((cell) => getComputedStyle(cell).position === "sticky");
    table.parentElement.style.scrollPaddingLeft = `${held.reduce((sum, cell) => sum + cell.offsetWidth, 0)}px`;
    hits[0].scrollIntoView({ block: "center", inline: "nearest" });
  };

  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.target.closest("a")) return;
    history.replaceState(null, "", `#gid=${gid}&range=${cell.id}`);
    table.querySelectorAll(".hit").forEach((old) => old.classList.remove("hit"));
    cell.classList.add("hit");
    pick(cell);
  });
  addEventListener("hashchange", show);
  document.querySelector("nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  show();
})();
