/* Filters a list by words: <input data-rows="SELECTOR">, and opens the fold that an address leads to. All is there without it. */
"use strict";
(() => {
  const start = (field) => {
    const rows = [...document.querySelectorAll(field.dataset.rows)];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const line = field.closest(".il-filter");
    line.hidden = false;
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        const fits = words.every((word) => texts[place].includes(word));
        row.hidden = !fits;
        shown += fits;
      });
      line.querySelector("[role=status]").textContent = words.length ? `${shown} of ${rows.length}` : "";
    });
  };
  const all = () => document.querySelectorAll(".il-filter input[data-rows]").forEach(start);
  const unfold = () => {
    const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = at?.matches("details") ? at : at?.parentElement.matches(".il-message") && at.nextElementSibling;
    if (fold) fold.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", all) : all();
})();
