/* Looks shapes up in a table of shapes that were run, or counts the frames that labels need. The table says the same without it. */
"use strict";
(() => {
  const numbers = (text) => (text.match(/-?\d+/g) || []).map(Number);
  const letters = (cell) => cell.textContent.match(/[A-Za-z]\w*|\d+/g) || [];

  // The sizes of the letters where a pattern fits a shape and agrees with what is known of them; null where it does not.
  const fitted = (pattern, shape, known) => {
    if (pattern.length !== shape.length) return null;
    const sizes = { ...known };
    for (const [at, letter] of pattern.entries()) {
      const size = /^\d+$/.test(letter) ? Number(letter) : sizes[letter];
      if (size !== undefined && size !== shape[at]) return null;
      sizes[letter] = shape[at];
    }
    return sizes;
  };

  const line = (words, good) => {
    const made = document.createElement("p");
    made.className = good ? "il-good" : "il-bad";
    made.textContent = words;
    return made;
  };

  const shapes = (first, second, rows) => {
    const fits = rows.filter(({ cells: [input, target] }) => {
      const sizes = fitted(letters(input), first, {});
      return sizes && fitted(letters(target), second, sizes);
    });
    const taken = fits.filter(({ cells }) => cells[3].textContent === "as it is");
    const mended = fits.filter((row) => !taken.includes(row));
    const axis = (row) => (letters(row.cells[0]).indexOf("C") ? `axis ${letters(row.cells[0]).indexOf("C")}` : "axis 0");
    const said = taken.map((row) => line(`✓ torch takes it: ${row.cells[0].textContent} with ${row.cells[1].textContent}, the classes are ${axis(row)}.`, true));
    mended.forEach((row) =>
      said.push(line(`${taken.length ? "But if" : "✗ If"} your input is ${row.cells[0].textContent} and the target ${row.cells[1].textContent}: write ${row.cells[3].textContent}`, false)),
    );
    return said.length ? said : [line("✗ No row of the table fits: the target has the shape of the input without its class axis.", false)];
  };

  const frames = (labels, [count]) => {
    const repeats = labels.filter((label, at) => at && label === labels[at - 1]).length;
    const needed = labels.length + repeats;
    const sum = `${labels.length} labels + ${repeats} ${repeats === 1 ? "repeat" : "repeats"} = ${needed} frames needed`;
    return [count >= needed ? line(`✓ ${sum}, ${count} given: finite.`, true) : line(`✗ ${sum}, ${count} given: the loss value is inf.`, false)];
  };

  document.querySelectorAll("form.il-lookup").forEach((form) => {
    const rows = [...document.getElementById(form.dataset.table).tBodies[0].rows];
    const { first, second } = form.elements;
    const answer = () =>
      form.querySelector("output").replaceChildren(
        ...(form.dataset.reads === "shapes" ? shapes(numbers(first.value), numbers(second.value), rows) : frames(numbers(first.value), numbers(second.value))),
      );
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", answer);
    answer();
  });
})();
