"use strict";
(() => {
  // The page is complete without this script. The script sets text with textContent only, so names of the user's table
  // never become markup. Vega's interpreter draws the charts, so text is never evaluated as code.
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const byId = (id) => document.getElementById(id);
  const MINUS = "\u2212";
  const fixed = (value, digits = 3) => value.toFixed(digits).replace("-", MINUS);
  const counted = (value) => value.toLocaleString("en-US", {maximumFractionDigits: 2});
  const percent = (share) => `${Number((100 * share).toPrecision(3))} %`;
  const ratio = (part, whole) => (whole > 0 ? part / whole : 0);

  // ---------------------------------------------------------------- charts
  const rowsOf = (columns) => {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, index) => Object.fromEntries(names.map((name) => [name, columns[name][index]])));
  };
  const filled = (spec, words) => {
    if (Array.isArray(spec)) return spec.map((item) => filled(item, words));
    if (spec === null || typeof spec !== "object") return spec;
    return Object.fromEntries(Object.entries(spec).map(([key, value]) => {
      const word = key === "title" && typeof value === "string" && words[value.slice(1, -1)];
      return [key, word || filled(value, words)];
    }));
  };
  const live = new Map();  // by chart: the number of its last drawing, and its view after that
  const draw = async (key) => {
    const chart = data.charts[key];
    const spec = filled(data.specs[chart.spec], chart.words);
    spec.datasets = {...spec.datasets, values: rowsOf(chart.columns)};
    if (spec.params) {
      spec.params = spec.params.map((param) => ({...param, value: chart.signals[param.name] ?? param.value}));
    }
    const turn = (live.get(key)?.turn ?? 0) + 1;
    live.set(key, {turn, view: null});
    const container = document.createElement("div");
    container.setAttribute("aria-hidden", "true");  // the figure around it has a description
    const options = {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: {disableDefaultStyle: true},
    };
    const {view} = await window.vegaEmbed(container, spec, options);
    if (live.get(key).turn !== turn) return view.finalize();  // a newer drawing has started
    live.set(key, {turn, view});
    const figure = byId(key);
    figure.querySelector(".drawing").replaceChildren(container);
    figure.dataset.live = String(turn);
  };
  const change = (key, changes) => {
    if (!byId(key)) return;
    Object.assign(data.charts[key], changes);
    draw(key);
  };
  const legend = (list, names) => list.replaceChildren(...names.map((name, index) => {
    const item = document.createElement("li"), label = document.createElement("span");
    const swatch = byId("swatch").content.firstElementChild.cloneNode(true);
    swatch.classList.add(`s${index}`);
    label.textContent = name;
    item.append(swatch, label);
    return item;
  }));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((entry) => entry.isIntersecting)) {
      watcher.unobserve(entry.target);
      if (!live.has(entry.target.id)) draw(entry.target.id);
    }
  }, {rootMargin: "100px"});

  // ---------------------------------------------------------------- threshold
  const readCost = (id) => Math.max(0, Number(byId(id).value) || 0);
  const measure = (tp, fp) => {
    const fn = data.positives - tp, tn = data.negatives - fp;
    const cost = readCost("cost-miss") * fn + readCost("cost-false-alarm") * fp;
    return {tp, fp, fn, tn, cost};
  };
  const wireView = (key) => {
    const root = byId(`view-${key}`);
    const slider = byId(`${key}-threshold`), select = byId(`${key}-candidate`);
    let tuned = true;  // the tuned threshold is between two steps of the slider
    const candidate = () => data.candidates[Number(select.value)];
    const cheapest = () => {
      const costs = candidate().tp.map((tp, index) => measure(tp, candidate().fp[index]).cost);
      return costs.lastIndexOf(Math.min(...costs));  // the highest of equal ones predicts the fewest positives
    };
    const show = () => {
      const selected = candidate(), index = Number(slider.value);
      const counts = tuned
        ? measure(selected.tuned.tp, selected.tuned.fp)
        : measure(selected.tp[index], selected.fp[index]);
      const {tp, fp, fn, tn, cost} = counts;
      const threshold = tuned ? fixed(selected.threshold) : fixed(index / 100, 2);
      root.querySelector(".name").textContent = selected.name;
      root.querySelector("caption").textContent = `Test rows by class and decision of ${selected.name}`;
      const best = cheapest();
      const minimum = measure(selected.tp[best], selected.fp[best]).cost;
      root.querySelector(".state").textContent = tuned
        ? `At the tuned threshold ${threshold}; cheapest on these rows: ${fixed(best / 100, 2)}, cost ${counted(minimum)}`
        : `At threshold ${threshold}; tuned is ${fixed(selected.threshold)}; cheapest on these rows: ` +
          `${fixed(best / 100, 2)}, cost ${counted(minimum)}`;
      slider.setAttribute("aria-valuetext", tuned ? `${threshold}, tuned` : threshold);
      for (const [cell, value] of Object.entries({tp, fp, fn, tn})) {
        root.querySelector(`[data-cell=${cell}] b`).textContent = String(Math.round(value));
      }
      const rates = {
        recall: fixed(ratio(tp, tp + fn)), precision: fixed(ratio(tp, tp + fp)), specificity: fixed(ratio(tn, tn + fp)),
        F1: fixed(ratio(2 * tp, 2 * tp + fp + fn)), "predicted positive": percent((tp + fp) / (tp + fp + fn + tn)),
        cost: counted(cost),
      };
      for (const [name, value] of Object.entries(rates)) {
        root.querySelector(`[data-rate="${name}"]`).textContent = value;
      }
    };
    const chart = `threshold-${key}`;
    const mark = () => {  // the position of the slider, in the chart above it
      const at = tuned ? candidate().threshold : Number(slider.value) / 100;
      data.charts[chart].signals = {at};
      live.get(chart)?.view?.signal("at", at).runAsync();
    };
    const redraw = () => {
      const {name, threshold, tp, fp} = candidate();
      byId(chart).querySelector(".drawing").setAttribute("aria-label", `Recall and precision of ${name} by threshold`);
      change(chart, {columns: {
        threshold: tp.map((_, index) => index / 100),
        recall: tp.map((hits) => hits / data.positives),
        precision: tp.map((hits, index) => (hits + fp[index] ? hits / (hits + fp[index]) : null)),
        tuned: tp.map(() => threshold),
      }});
    };
    const move = (index, exact) => {
      tuned = exact;
      slider.value = String(index);
      show();
      mark();
    };
    const toTuned = () => move(Math.round(100 * candidate().threshold), true);
    slider.addEventListener("input", () => move(Number(slider.value), false));
    select.addEventListener("change", () => {
      toTuned();
      redraw();
    });
    root.querySelector(".to-tuned").addEventListener("click", toTuned);
    root.querySelector(".to-half").addEventListener("click", () => move(50, false));
    root.querySelector(".to-cheapest").addEventListener("click", () => move(cheapest(), false));
    for (const id of ["cost-miss", "cost-false-alarm"]) byId(id).addEventListener("input", show);
    show();
  };

  // ---------------------------------------------------------------- sampling ratio
  const wireRatios = () => {
    const panel = byId("ratio-panel"), select = byId("ratio-candidate"), slider = byId("ratio-slider");
    const sweep = () => data.sweeps[Number(select.value)];
    const cell = (metric, pair) => {
      const digits = data.digits[metric] ?? 3;
      return pair ? `${fixed(pair[0], digits)} ± ${fixed(pair[1], digits)}` : "not tried";
    };
    const element = (tag, text, attributes = {}) => {
      const created = document.createElement(tag);
      created.textContent = text;
      for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
      return created;
    };
    const row = (...cells) => {
      const created = document.createElement("tr");
      created.append(...cells);
      return created;
    };
    const show = () => {
      const {name, best, ratios, lines, metrics} = sweep(), index = Number(slider.value);
      slider.setAttribute("aria-valuetext", String(ratios[index]));
      panel.querySelector("output").textContent = String(ratios[index]);
      panel.querySelector(".state").textContent = `Best in tuning: sampling_strategy ${best}`;
      panel.querySelector("caption").textContent = `${name} at sampling_strategy ${ratios[index]}.`;
      panel.querySelector("thead").replaceChildren(row(
        element("th", "Metric", {scope: "col"}), ...lines.map((line) => element("th", line, {scope: "col", class: "r"})),
      ));
      panel.querySelector("tbody").replaceChildren(...Object.entries(metrics).map(([metric, rows]) => row(
        element("th", data.labels[metric], {scope: "row"}),
        ...rows.map((line) => element("td", cell(metric, line[index]), {class: "r"})),
      )));
      for (const metric of Object.keys(metrics)) {
        const key = `ratio-${metric}`;
        if (!data.charts[key]) continue;
        data.charts[key].signals = {ratio: ratios[index]};
        live.get(key)?.view?.signal("ratio", ratios[index]).runAsync();
      }
    };
    const columnsOf = ({ratios, lines, metrics}, metric) => {
      const columns = {series: [], line: [], ratio: [], mean: [], low: [], high: []};
      metrics[metric].forEach((values, series) => values.forEach((pair, index) => {
        if (!pair) return;
        const cells = {
          series: String(series), line: lines[series], ratio: ratios[index], mean: pair[0], low: pair[0] - pair[1],
          high: pair[0] + pair[1],
        };
        for (const [name, value] of Object.entries(cells)) columns[name].push(value);
      }));
      return columns;
    };
    select.addEventListener("change", () => {
      const {ratios, best, lines, metrics} = sweep();
      legend(byId("ratio-legend"), lines);
      slider.max = String(ratios.length - 1);
      slider.value = String(Math.max(0, ratios.indexOf(best)));
      show();
      for (const metric of Object.keys(metrics)) {
        change(`ratio-${metric}`, {columns: columnsOf(sweep(), metric), signals: {ratio: ratios[Number(slider.value)]}});
      }
    });
    slider.addEventListener("input", show);
  };

  // ---------------------------------------------------------------- curves and scatter
  const wireOverlays = () => {
    const boxes = [...byId("overlay-panel").querySelectorAll("input")];
    const empty = (...names) => Object.fromEntries(names.map((name) => [name, []]));
    const push = (columns, values) => Object.entries(values).forEach(([name, value]) => columns[name].push(value));
    const curves = (selected, part) => {
      const columns = empty("x", "y", "series", "name", "prevalence");
      const prevalence = data.positives / (data.positives + data.negatives);
      selected.forEach(({name, overlay}, series) => overlay[part].forEach((value, index) => {
        push(columns, {x: index / 100, y: value, series: String(series), name, prevalence});
      }));
      return columns;
    };
    const calibration = (selected) => {
      const columns = empty("x", "y", "series", "name");
      selected.forEach(({name, overlay}, series) => overlay.mean_score.forEach((mean, index) => {
        if (mean !== null) push(columns, {x: mean, y: overlay.positive_share[index], series: String(series), name});
      }));
      return columns;
    };
    const scores = (selected) => {
      const columns = empty("name", "part", "label", "low", "high", "rows");
      const bins = 20, step = 5;
      for (const {name, counts} of selected) {
        for (const [part, label, atLeast, rows] of [
          ["negative", data.names.negative, counts.fp, data.negatives],
          ["positive", data.names.positive, counts.tp, data.positives],
        ]) {
          for (let index = 0; index < bins; index += 1) {
            const above = index ? atLeast[index * step] : rows;
            const below = index + 1 < bins ? atLeast[(index + 1) * step] : 0;
            if (above > below) {
              push(columns, {name, part, label, low: index / bins, high: (index + 1) / bins, rows: above - below});
            }
          }
        }
      }
      return columns;
    };
    const update = () => {
      const selected = boxes.filter((box) => box.checked).map((box) => {
        const counts = data.candidates[Number(box.value)];
        return {name: counts.name, counts, overlay: data.overlays[counts.name]};
      });
      for (const box of boxes) box.disabled = !box.checked && selected.length >= data.max_shown;
      legend(byId("overlay-legend"), selected.map(({name}) => name));
      const names = selected.map(({name}) => name).join(", ");
      for (const [key, columns] of [
        ["chart-roc", curves(selected, "recall")], ["chart-precision-recall", curves(selected, "precision")],
        ["chart-calibration", calibration(selected)], ["chart-scores", scores(selected)],
      ]) {
        byId(key).querySelector(".drawing").setAttribute("aria-label", `${data.charts[key].title} of ${names}`);
        change(key, {columns});
      }
    };
    boxes.forEach((box) => box.addEventListener("change", update));
  };
  const wireScatter = () => {
    const selects = {x: byId("scatter-x"), y: byId("scatter-y")};
    const update = () => {
      const [x, y] = [selects.x.value, selects.y.value];
      const columns = {...data.charts["chart-candidates"].columns, x: data.metrics[x], y: data.metrics[y]};
      change("chart-candidates", {columns, words: {x: data.metric_labels[x], y: data.metric_labels[y]}});
    };
    Object.values(selects).forEach((select) => select.addEventListener("change", update));
  };

  // ---------------------------------------------------------------- tables that can be sorted
  const wireSorting = (table) => {
    const body = table.tBodies[0];
    const value = (row, column) => {
      const cell = row.cells[column];
      const text = cell.dataset.value ?? cell.textContent.trim().replaceAll(MINUS, "-").replaceAll(",", "");
      const number = Number.parseFloat(text);
      return Number.isNaN(number) ? text : number;
    };
    const compare = (a, b) => (typeof a === typeof b ? (a < b ? -1 : Number(a > b)) : typeof a === "number" ? -1 : 1);
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") !== "descending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const sign = descending ? -1 : 1;
        body.append(...[...body.rows].sort((a, b) => sign * compare(value(a, column), value(b, column))));
      });
    });
  };

  // ---------------------------------------------------------------- commands
  const wireCopy = (button) => button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.previousElementSibling.textContent);
    button.textContent = "Copied";
  });

  for (const control of document.querySelectorAll(".controls")) control.hidden = false;
  ["a", "b"].forEach(wireView);
  if (data.sweeps) wireRatios();
  wireOverlays();
  wireScatter();
  document.querySelectorAll("table.sortable").forEach(wireSorting);
  document.querySelectorAll("button.copy").forEach(wireCopy);
  Object.keys(data.charts).forEach((key) => watcher.observe(byId(key)));
  document.documentElement.dataset.ready = "true";
})();
