// What a page does besides being read: formulas are set by KaTeX, which is loaded when one comes near. A page is whole without this.
(() => {
  const here = document.currentScript.src;
  const vendor = new URL("vendor/katex/", here).href;

  function set(formula) {
    const latex = formula.dataset.latex;
    try {
      katex.render(latex, formula, { displayMode: true, throwOnError: true, strict: "ignore" });
      formula.classList.add("il-set");
      if (formula.scrollWidth > formula.clientWidth) {
        formula.tabIndex = 0;
        formula.setAttribute("role", "group");
        formula.setAttribute("aria-label", "formula");
      }
    } catch (trouble) {
      console.info(`left as text: ${latex}: ${trouble.message}`);
    }
  }

  // Two things of the theme that have no name for those who do not see them.
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  new MutationObserver(() =>
    document.querySelectorAll(".md-code__nav:not([aria-label])").forEach((nav, at) => nav.setAttribute("aria-label", `Code ${at + 1}`)),
  ).observe(document.body, { childList: true, subtree: true });

  // The theme wraps wide tables in something that scrolls; the keyboard must get there too.
  addEventListener("load", () =>
    document.querySelectorAll(".md-typeset__scrollwrap").forEach((wrap) => {
      if (wrap.closest("details") || wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
    }),
  );

  const formulas = document.querySelectorAll("[data-latex]");
  if (!formulas.length) return;
  const bring = () => {
    near.disconnect();
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = `${vendor}katex.min.css`;
    const script = document.createElement("script");
    script.src = `${vendor}katex.min.js`;
    script.onload = () => formulas.forEach(set);
    document.head.append(style, script);
  };
  const near = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && bring(), { rootMargin: "100%" });
  addEventListener("load", () => formulas.forEach((formula) => near.observe(formula)));
})();
