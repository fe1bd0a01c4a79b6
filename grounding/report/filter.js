(() => {
  const bar = document.querySelector(".filter");
  if (!bar) return;
  bar.hidden = false;
  const cases = [...document.querySelectorAll("details.case")];
  const texts = new Map();
  const text = (c) => {
    if (!texts.has(c)) texts.set(c, c.textContent.toLowerCase());
    return texts.get(c);
  };
  const shown = bar.querySelector("output");
  const apply = () => {
    const flag = bar.querySelector("input[name=show]:checked").value;
    const words = bar.querySelector("input[type=search]").value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const c of cases) {
      const fits = flag === "all" || c.dataset.flags.split(" ").includes(flag);
      c.hidden = !(fits && words.every((w) => text(c).includes(w)));
      if (!c.hidden) n += 1;
    }
    for (const g of document.querySelectorAll(".group")) g.hidden = !g.querySelector("details.case:not([hidden])");
    shown.textContent = `${n} of ${cases.length} shown`;
  };
  let timer = 0;
  bar.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 120);
  });
  bar.addEventListener("submit", (event) => event.preventDefault());
  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    const holder = target && target.closest("details.case");
    if (!holder) return;
    if (holder.hidden) {
      bar.reset();
      apply();
    }
    holder.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", openTarget);
  apply();
  openTarget();
})();
