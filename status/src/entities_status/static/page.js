// Draws the charts, fetches parts of the page when they are looked at, keeps live parts up to date, copies request ids.
"use strict";
(() => {
  const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // Stripes, so that colour alone tells nothing apart.
  function stripes(colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = tone("stripe");
    pen.lineWidth = 1.6;
    pen.beginPath();
    for (const start of [-4, 4, 12]) { pen.moveTo(start - 4, 12); pen.lineTo(start + 12, -4); }
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  const when = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });

  const LENGTHS = { 1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 36000: "10 h" };

  function dataset(series, kind) {
    const colour = tone(series.tone);
    if (kind === "points") {
      return { label: series.name, data: series.values, pointStyle: series.shape, pointRadius: series.shape === "circle" ? 4 : 8,
        clip: false, pointHoverRadius: 9, pointBorderWidth: 2, backgroundColor: colour, borderColor: colour };
    }
    return { label: series.name, data: series.values, backgroundColor: series.hatched ? stripes(colour) : colour,
      borderColor: colour, borderWidth: 1, borderRadius: 2, maxBarThickness: 34 };
  }

  function settings(chart) {
    const points = chart.kind === "points", shares = chart.kind === "shares";
    const text = (words) => ({ display: Boolean(words), text: words, color: tone("quiet") });
    const ticks = { color: tone("quiet"), maxRotation: 0, autoSkipPadding: 12 };
    const grid = { color: tone("line") };
    const category = { stacked: true, ticks, grid: { display: false }, title: text(chart.below) };
    const count = { stacked: !points, beginAtZero: true, ticks, grid, title: text(chart.axis) };
    let scales = { x: category, y: count };
    if (points) {
      scales = {
        x: { type: "linear", grid, min: chart.span[0], max: chart.span[1], title: text(chart.below), ticks: { ...ticks, callback: (value) => when.format(value) } },
        y: { type: "logarithmic", grid, title: text(chart.axis), ticks: { ...ticks, callback: (value) => LENGTHS[value] },
          suggestedMin: 1, suggestedMax: 60, afterBuildTicks: (axis) => {
            axis.ticks = Object.keys(LENGTHS).map(Number).filter((each) => each >= axis.min && each <= axis.max).map((value) => ({ value }));
          } },
      };
    } else if (shares) {
      scales = { x: { ...count, max: 100 }, y: { ...category, ticks: { ...ticks, autoSkip: false } } };
    }
    return {
      type: points ? "scatter" : "bar",
      data: { labels: chart.labels, datasets: chart.series.map((series) => dataset(series, chart.kind)) },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, indexAxis: shares ? "y" : "x", scales,
        plugins: {
          legend: { display: chart.series.length > 1, position: "bottom", labels: { color: tone("ink"), usePointStyle: points, boxWidth: 14 } },
          tooltip: points ? { callbacks: { label: (item) => item.raw.text } } : {},
        },
      },
    };
  }

  function draw(figure) {
    const canvas = figure.querySelector("canvas");
    Chart.getChart(canvas)?.destroy();
    new Chart(canvas, settings(JSON.parse(figure.querySelector("script").textContent)));
  }

  // A part that comes later than another one that was asked for after it is dropped.
  const asked = new WeakMap();
  async function fetched(place, source) {
    const number = (asked.get(place) || 0) + 1;
    asked.set(place, number);
    let text;
    try {
      text = await (await fetch(source, { headers: { Accept: "text/html" } })).text();
    } catch {
      text = '<p class="problem" role="alert">The page is not served any more: start it again with make status.</p>';
    }
    return asked.get(place) === number ? text : null;
  }

  async function fill(place, source) {
    if (!place.hasChildNodes()) place.innerHTML = '<p class="loading">Loading …</p>';
    const text = await fetched(place, source);
    // Whoever is reading a part or has opened something in it keeps it.
    const used = place.contains(document.activeElement) || (place.dataset.every && place.querySelector("details[open]"));
    if (text === null || text === place.shown || used) return;
    place.shown = text;
    place.querySelectorAll("canvas").forEach((canvas) => Chart.getChart(canvas)?.destroy());
    place.innerHTML = text;
    begin(place);
  }

  async function open(node) {
    if (!node.open || node.dataset.state) return;
    node.dataset.state = "asked";
    const inside = document.createElement("div");
    node.append(inside);
    await fill(inside, node.dataset.src);
    node.dataset.state = "filled";
  }

  async function more(button) {
    const item = button.closest("li");
    button.disabled = true;
    const text = await fetched(item, button.dataset.more);
    const found = document.createElement("div");
    found.innerHTML = text || "";
    const items = [...(found.querySelector("ul")?.children || found.children)];
    item.replaceWith(...items);
    items.forEach((each) => begin(each));
    items[0]?.querySelector("summary")?.focus();
  }

  function live(place) {
    const again = async () => {
      if (!document.hidden) await fill(place, place.dataset.src);
      if (place.isConnected) setTimeout(again, 1000 * Number(place.dataset.every));
    };
    if (place.hasChildNodes() && place.textContent.trim()) setTimeout(again, 1000 * Number(place.dataset.every));
    else again();
  }

  function begin(within) {
    within.querySelectorAll("figure.chart").forEach(draw);
    within.querySelectorAll(".lazy[data-src]").forEach((place) => fill(place, place.dataset.src));
    within.querySelectorAll(".live[data-src]").forEach(live);
    const nodes = [...within.querySelectorAll("details[data-src]")];
    if (within.matches?.("details[data-src]")) nodes.push(within);
    nodes.forEach((node) => node.addEventListener("toggle", () => open(node)));
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.firstChild.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.firstChild.textContent = "Selected";
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.dataset.copy) copy(button);
    if (button.dataset.more) more(button);
    if (button.dataset.replace) {
      const place = button.closest(".lazy");
      const profile = new URL(place.dataset.src, location.href).searchParams.get("profile");
      button.blur();
      fill(place, button.dataset.replace + (profile ? `&profile=${encodeURIComponent(profile)}` : ""));
    }
  });

  const filter = document.getElementById("filter");
  function narrow() {
    const text = filter.elements.text.value.trim().toLowerCase(), unwell = filter.elements.unwell.checked;
    let shown = 0;
    for (const row of document.querySelectorAll(".grid tbody tr")) {
      row.hidden = (unwell && row.dataset.level === "ok") || !row.cells[0].textContent.toLowerCase().includes(text);
      shown += !row.hidden;
    }
    document.getElementById("shown").textContent = text || unwell ? `${shown} profiles` : "";
  }
  filter?.addEventListener("input", narrow);
  filter?.addEventListener("submit", (event) => event.preventDefault());

  dark.addEventListener("change", () => document.querySelectorAll("figure.chart").forEach(draw));
  addEventListener("beforeprint", () => document.querySelectorAll("details.numbers").forEach((each) => { each.open = true; }));
  begin(document);
})();
