"use strict";
(() => {
  const table = document.querySelector("table.g");
  document.querySelector("nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const bar = document.getElementById("bar");
  const query = new URLSearchParams(location.search);
  const { gid, fvid, first } = table?.dataset ?? { gid: query.get("gid") ?? "", fvid: "", first: 0 };
  const main = document.querySelector("main");

  const number = (letters) => [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

  // A1, A1:C3, 5:5 or B:B → edges that count from 1 and include their ends; null when it is none of these.
  const box = (text) => {
    const found = /^(?:.*!)?\$?([a-z]{0,3})\$?(\d*)(?::\$?([a-z]{0,3})\$?(\d*))?$/i.exec(text || "");
    if (!found || !text) return null;
    const [, left, top, right = left, bottom = top] = found;
    return { left: left ? number(left) : 1, top: +top || 1, right: right ? number(right) : Infinity, bottom: +bottom || Infinity };
  };

  const wanted = () => {
    const hash = new URLSearchParams(location.hash.slice(1));
    const from = hash.has("gid") ? hash : query;
    return { gid: hash.get("gid") ?? query.get("gid") ?? gid, fvid: from.get("fvid") ?? "", range: hash.get("range") ?? query.get("range") ?? "" };
  };

  const asked = () => ({ gid: query.get("gid") ?? "", fvid: query.get("fvid") ?? "", range: query.get("range") ?? "" });

  const ask = (want) => {
    const same = Object.entries(asked()).every(([name, value]) => value === want[name]);
    if (same) return false;
    for (const [name, value] of Object.entries(want)) value ? query.set(name, value) : query.delete(name);
    query.delete("row");
    location.replace(`?${query}${location.hash}`);
    return true;
  };

  if (!table) {
    addEventListener("hashchange", () => wanted().gid !== gid && ask(wanted()));
    if (location.hash && wanted().gid !== gid) ask(wanted());
    return;
  }

  let area = null;

  const mark = (root) => {
    if (!area) return [];
    const hits = [...root.querySelectorAll("td[id]")].filter((cell) => {
      const [, letters, row] = /^([A-Z]+)(\d+)$/.exec(cell.id);
      const column = number(letters);
      return column >= area.left && column <= area.right && +row >= area.top && +row <= area.bottom;
    });
    hits.forEach((cell) => cell.classList.add("hit"));
    return hits;
  };

  const clear = () => table.querySelectorAll(".hit").forEach((cell) => cell.classList.remove("hit"));

  const pick = (cell) => {
    const parts = [["b", cell.id], ["span", cell.querySelector("[role=img]")?.ariaLabel ?? cell.textContent], ["em", cell.title]];
    bar.replaceChildren(...parts.filter(([, text]) => text).map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text })));
  };

  const show = () => {
    const want = wanted();
    const elsewhere = want.gid !== gid || want.fvid !== fvid;
    if (elsewhere && ask(want)) return;
    clear();
    area = box(want.range);
    const hits = elsewhere ? [] : mark(table);
    if (!hits.length) {
      if (area && !elsewhere) ask(want);
      return;
    }
    pick(hits[0]);
    const held = [...table.querySelectorAll(".l th")].filter((cell) => getComputedStyle(cell).position === "sticky");
    main.style.scrollPaddingLeft = `${held.reduce((sum, cell) => sum + cell.offsetWidth, 0)}px`;
    hits[0].scrollIntoView({ block: "center", inline: "nearest" });
  };

  // Charts and slicers go with their anchor, which may stand lower than told where a long text made rows grow.
  const settle = () => {
    for (const over of document.querySelectorAll(".over")) {
      const cell = document.getElementById(over.dataset.at);
      if (!cell || cell.closest("thead")) continue;
      over.style.left = `${cell.offsetLeft + +over.dataset.x}px`;
      over.style.top = `${cell.offsetTop + +over.dataset.y}px`;
    }
  };

  // Only the blocks of rows around what is in sight are in the page; two empty blocks stand for those above and below.
  const heights = table.dataset.heights.split(" ").flatMap((run) => {
    const [height, times] = run.split("*").map(Number);
    return Array(times || 0).fill(height);
  });
  const total = heights.reduce((sum, height) => sum + height, 0);
  const LARGEST = 3e7; // browsers draw nothing that is higher
  const AROUND = 1200;
  const looks = new CSSStyleSheet();
  const known = new Set();
  const fetching = new Map();

  const empty = (height) => {
    const body = document.createElement("tbody");
    body.className = "empty";
    body.insertRow().insertCell().colSpan = table.querySelectorAll("col").length;
    resize(body, height);
    return body;
  };

  const resize = (body, height) => {
    body.hidden = !height;
    body.rows[0].style.height = `${height}px`;
  };

  const sum = (from, to) => {
    let height = 0;
    for (let block = from; block < to; block += 1) height += heights[block];
    return height;
  };

  const adopt = (css) => {
    for (const rule of css.split(/(?<=\})/)) {
      if (!known.has(rule)) looks.insertRule(rule, looks.cssRules.length);
      known.add(rule);
    }
  };

  const load = async (block, place) => {
    const stop = new AbortController();
    fetching.set(block, stop);
    try {
      const part = new URLSearchParams(query);
      part.set("gid", gid);
      part.set("block", block);
      const answer = await fetch(`?${part}`, { signal: stop.signal });
      if (!answer.ok) return;
      const { html, css } = await answer.json();
      if (!place.isConnected || !html) return;
      adopt(css);
      const holder = document.createElement("table");
      holder.innerHTML = html;
      const body = holder.tBodies[0];
      place.replaceWith(body);
      heights[block] = body.offsetHeight;
      mark(body);
      settle();
    } catch {
      // Scrolled past, on another page by now, or no answer: the block stays empty and the next scroll asks again.
    } finally {
      fetching.delete(block);
    }
  };

  const windowed = () => {
    const above = empty(0);
    const below = empty(0);
    for (const body of table.tBodies) heights[+body.dataset.block] = body.offsetHeight;
    table.tHead.after(above);
    table.append(below);
    const head = () => table.tHead.offsetHeight;

    const needed = () => {
      const top = main.scrollTop - head() - AROUND;
      const bottom = main.scrollTop + main.clientHeight + AROUND;
      let [from, place] = [0, 0];
      while (from < heights.length - 1 && place + heights[from] < top) place += heights[from++];
      let to = from;
      while (to < heights.length && place < bottom) place += heights[to++];
      return [from, to];
    };

    const refresh = () => {
      const [from, to] = needed();
      const there = new Map([...table.tBodies].filter((body) => body.dataset.block).map((body) => [+body.dataset.block, body]));
      for (const [block, body] of there) {
        if (block >= from && block < to) continue;
        body.remove();
        fetching.get(block)?.abort();
      }
      let before = above;
      for (let block = from; block < to; block += 1) {
        let body = there.get(block);
        if (!body) {
          body = empty(heights[block]);
          body.dataset.block = block;
        }
        if (before.nextElementSibling !== body) before.after(body);
        before = body;
      }
      resize(above, sum(0, from));
      resize(below, sum(to, heights.length));
      clearTimeout(refresh.timer);
      refresh.timer = setTimeout(() => {
        for (const body of table.querySelectorAll("tbody.empty[data-block]")) {
          if (!fetching.has(+body.dataset.block)) load(+body.dataset.block, body);
        }
      }, 40);
    };

    let due = false;
    main.addEventListener("scroll", () => {
      if (due) return;
      due = true;
      requestAnimationFrame(() => {
        due = false;
        refresh();
      });
    }, { passive: true });
    addEventListener("resize", refresh);
    document.querySelector(".pages")?.remove();
    const offset = sum(0, +first);
    resize(above, offset);
    resize(below, total - offset - sum(+first, +first + table.tBodies.length - 2));
    if (offset) main.scrollTop = offset;
    return refresh;
  };

  document.adoptedStyleSheets = [looks];
  const refresh = heights.length && total < LARGEST ? windowed() : () => {};

  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td[id]");
    if (!cell || event.target.closest("a")) return;
    history.replaceState(null, "", `#gid=${gid}${fvid ? `&fvid=${fvid}` : ""}&range=${cell.id}`);
    clear();
    area = box(cell.id);
    cell.classList.add("hit");
    pick(cell);
  });
  addEventListener("hashchange", show);
  show();
  refresh();
  settle();
})();
