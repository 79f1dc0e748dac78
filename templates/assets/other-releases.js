// A set of sites: `releases.js` beside them says which there are and which pages each has, as it cannot be fetched from a folder. It fills
// in the releases of this page, leads to the same page of the newest one, and shows the banner where the theme could not ask for it.
(() => {
  const row = document.querySelector(".il-releases");
  const known = window.inspectLossReleases;
  if (!row || !known) return;
  const { page, release } = row.dataset;
  const top = new URL(document.querySelector(".il-releases a[href$='releases.html']").href);
  const address = (folder, name) => new URL(`${folder}/${name}`, top).href;
  const has = known.pages[page] ?? [];
  const newest = known.releases[0];

  if (has.includes(0))
    document.querySelectorAll("a[data-newest]").forEach((link) => {
      link.href = address("latest", page) + location.hash;
      if (link.closest(".md-banner")) link.firstElementChild.textContent = "The same page for the newest one.";
    });
  if (location.protocol === "file:" && newest.version !== release)
    document.querySelectorAll("[data-md-component=outdated]").forEach((banner) => (banner.hidden = false));

  const list = document.createElement("ul");
  for (const at of has) {
    const each = known.releases[at];
    const item = document.createElement("li");
    const link = document.createElement(each.version === release ? "b" : "a");
    if (each.version !== release) link.href = address(each.version, page);
    link.textContent = each.title;
    item.append(link);
    list.append(item);
  }
  row.append(list);
})();
