// Draws the charts from the tables beneath them, which stay for whoever prints the page or runs no scripts.
"use strict";
(() => {
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const dayLength = 86400000;
  const mostBars = 20;
  const canvases = [...document.querySelectorAll("canvas[data-chart]")];
  // Every chart is of the same period; of a long one, days have their years.
  const [from, to, now] = ["from", "to", "now"].map((name) => Date.parse(canvases[0]?.dataset[name]));
  const dayFormat = {day: "numeric", month: "short", timeZone: "UTC", ...(to - from > 300 * dayLength && {year: "numeric"})};
  const shortDay = (day) => new Date(day).toLocaleDateString("en-GB", dayFormat);
  const shortened = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;
  const percent = (rate) => `${+(100 * rate).toPrecision(3)} %`;

  // Rows of a figure's table: text, or the number or the moment behind it.
  const rowsOf = (canvas) => [...canvas.closest("figure").querySelectorAll("tbody tr")].map((row) =>
    [...row.cells].map((cell) => cell.querySelector("data")?.value ?? (cell.textContent || null)));
  const numberOr = (text, otherwise) => text === null ? otherwise : Number(text);

  // Where there is little room, names are cut; the tooltip and the table have them whole.
  const nameTicks = {autoSkip: false, callback(value) {
    return this.getLabelForValue(value).map((name) => shortened(name, Math.max(12, Math.min(40, Math.floor(this.chart.width / 16)))));
  }};
  const dayTicks = {maxRotation: 0, autoSkipPadding: 12, callback(value) { return shortDay(this.getLabelForValue(value)); }};
  // Charts of the same days, one above the other, have them at the same place.
  const sameWidth = (scale) => { scale.width = 56; };
  const tooltip = (label) => ({callbacks: {label: (item) => `${item.dataset.label}: ${label(item)}`}});

  // A bar from first to last for each, in the colour of its state.
  const timeline = (entries, colours) => ({
    type: "bar",
    data: {
      labels: entries.map(({name}) => name),
      datasets: Object.keys(colours).filter((state) => entries.some((entry) => entry.state === state)).map((state) => ({
        label: state, paint: colours[state], maxBarThickness: 26, minBarLength: 4, grouped: false,
        data: entries.map((entry) => entry.state === state ? [entry.first, entry.last] : null),
      })),
    },
    options: {
      indexAxis: "y",
      scales: {
        x: {min: from, max: to, ticks: {stepSize: dayLength * Math.ceil((to - from) / dayLength / 100), maxRotation: 0, autoSkipPadding: 12, callback: shortDay}},
        y: {grid: {display: false}, ticks: nameTicks},
      },
      plugins: {tooltip: tooltip((item) => item.raw.map(shortDay).join(" to "))},
    },
  });

  const kinds = {
    // Day, succeeded, failed, share
    sessions: (rows) => ({
      type: "bar",
      data: {labels: rows.map((row) => row[0]), datasets: [
        {label: "failed", paint: "--chart-bad", minBarLength: 3, data: rows.map((row) => numberOr(row[2], 0) || null)},
        {label: "succeeded", paint: "--chart-good", data: rows.map((row) => numberOr(row[1], null))},
      ]},
      options: {
        scales: {
          x: {stacked: true, grid: {display: false}, ticks: dayTicks},
          y: {stacked: true, beginAtZero: true, afterFit: sameWidth, ticks: {precision: 0}},
        },
      },
    }),
    rate: (rows) => ({
      type: "line",
      data: {labels: rows.map((row) => row[0]), datasets: [
        {label: "failed", paint: "--chart-bad", data: rows.map((row) => numberOr(row[3], null)), pointRadius: 2, borderWidth: 2},
      ]},
      options: {
        layout: {autoPadding: false},
        scales: {
          x: {offset: true, grid: {display: false}, ticks: dayTicks},
          y: {beginAtZero: true, suggestedMax: 0.01, afterFit: sameWidth, ticks: {callback: percent}},
        },
        plugins: {legend: {display: false}, tooltip: tooltip((item) => percent(item.parsed.y))},
      },
    }),
    // What, where, failed sessions
    failures: (rows) => ({
      type: "bar",
      data: {labels: rows.map((row) => [row[0], row[1] ?? ""]), datasets: [
        {label: "failed sessions", paint: "--chart-bad", minBarLength: 3, maxBarThickness: 26, data: rows.map((row) => Number(row[2]))},
      ]},
      options: {
        indexAxis: "y",
        scales: {x: {beginAtZero: true, ticks: {precision: 0}, title: {display: true, text: "failed sessions"}}, y: {grid: {display: false}, ticks: nameTicks}},
        plugins: {legend: {display: false}},
      },
    }),
    // What, where, state, first seen, last seen. Open is what is not known to be over.
    incidents: (rows) => timeline(
      rows.map(([what, where, state, first, last]) => (
        {name: [what, where ?? ""], state, first: Date.parse(first), last: state === "open" ? now : Date.parse(last)})),
      {open: "--chart-bad", reported: "--chart-bad", resolved: "--chart-good"}),
    // Domain, kind, policy, state, first day, last day
    policies: (rows) => {
      const subject = (row) => `${row[0]} ${row[1]}`;
      const changed = rows.filter((row) => rows.filter((other) => subject(other) === subject(row)).length > 1);
      return timeline(
        changed.slice(0, mostBars).map((row) => (
          {name: [subject(row), row[2]], state: row[3], first: Date.parse(row[4]), last: Date.parse(row[5])})),
        {replaced: "--chart-past", current: "--chart-good"});
    },
  };

  const paint = (chart) => {
    for (const dataset of chart.data.datasets) {
      dataset.backgroundColor = dataset.borderColor = colour(dataset.paint);
    }
    for (const scale of Object.values(chart.options.scales)) {
      scale.ticks.color = colour("--muted");
      scale.title.color = colour("--muted");
      scale.grid.color = scale.grid.borderColor = colour("--line");
    }
    chart.options.plugins.legend.labels.color = colour("--text");
  };

  const draw = (canvas) => {
    const config = kinds[canvas.dataset.chart](rowsOf(canvas));
    if (config.options.indexAxis === "y") canvas.parentElement.style.height = `${5 + 2.8 * config.data.labels.length}rem`;
    const chart = new Chart(canvas, config);
    paint(chart);
    chart.update();
    return chart;
  };

  const addCopyButtons = () => {
    if (!navigator.clipboard) return;
    for (const code of document.querySelectorAll(".command code")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      });
      code.after(button);
    }
  };

  root.classList.add("script");
  for (const details of document.querySelectorAll("figure details")) details.open = false;
  for (const calendar of document.querySelectorAll(".calendar .scroll")) calendar.scrollLeft = calendar.scrollWidth;
  addCopyButtons();
  Object.assign(Chart.defaults, {animation: false, maintainAspectRatio: false});
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.plugins.legend.labels.boxWidth = 14;
  const charts = canvases.map(draw);

  const repaint = () => charts.forEach((chart) => { paint(chart); chart.update(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

  // Paper is light, has no room beside the charts, and nobody can open what is closed.
  const closed = new Set();
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("figure details:not([open])")) {
      closed.add(details);
      details.open = true;
    }
    root.dataset.print = "";
    repaint();
    charts.forEach((chart) => chart.resize(640, chart.height));
  });
  addEventListener("afterprint", () => {
    closed.forEach((details) => { details.open = false; });
    closed.clear();
    delete root.dataset.print;
    charts.forEach((chart) => chart.resize());
    repaint();
  });
})();
