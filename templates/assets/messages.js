/* Filters the list of messages by words. The list is whole without it. */
"use strict";
(() => {
  const start = () => {
    const field = document.getElementById("il-message-filter");
    if (!field || field.dataset.ready) return;
    field.dataset.ready = "yes";
    field.closest("p").hidden = false;
    const rows = [...document.querySelectorAll("details.il-message")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        const fits = words.every((word) => texts[place].includes(word));
        row.hidden = !fits;
        shown += fits;
      });
      document.getElementById("il-message-count").textContent = words.length ? `${shown} of ${rows.length}` : "";
    });
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
